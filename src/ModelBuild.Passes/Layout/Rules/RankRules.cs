using ModelBuild.Graphs;

namespace ModelBuild.Passes.Layout.Rules;

/// <summary>Squeeze with constant axes.</summary>
internal sealed class SqueezeRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["Squeeze"];

    public Action? Plan(TransposeMove move)
    {
        if (move.Integers(1) is not { Length: > 0 } axes || axes.Any(a => move.Axis(a) is null))
        {
            return null;
        }

        move.OutputPerm = Permutation.Without(move.Perm, axes.Select(a => (int)(a < 0 ? a + move.Rank : a)).ToHashSet());
        return () => move.SetIntegers(1, [.. axes.Select(a => (long)move.Axis(a)!.Value).Order()]);
    }
}

/// <summary>Unsqueeze with constant axes: new axes stay where they are in the result, the others keep their order.</summary>
internal sealed class UnsqueezeRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["Unsqueeze"];

    public Action? Plan(TransposeMove move)
    {
        if (move.Integers(1) is not { Length: > 0 } stated)
        {
            return null;
        }

        int rank = move.Rank + stated.Length;
        int[] axes = [.. stated.Select(a => (int)(a < 0 ? a + rank : a))];
        if (axes.Any(a => a < 0 || a >= rank) || axes.Distinct().Count() != axes.Length)
        {
            return null;
        }

        // The new axes stand in the same places before the Transpose; the old ones fill the other places in both.
        int[] places = [.. Enumerable.Range(0, rank).Where(i => !axes.Contains(i))];
        var perm = new int[rank];
        foreach (int axis in axes)
        {
            perm[axis] = axis;
        }

        for (int i = 0; i < places.Length; i++)
        {
            perm[places[i]] = places[move.Perm[i]];
        }

        move.OutputPerm = perm;
        return () => { };
    }
}

/// <summary>Reshape of a tensor whose axes of more than one element a Transpose leaves in order: the Transpose does nothing to it.</summary>
internal sealed class ReshapeRule : ITransposeRule
{
    public IEnumerable<string> OpTypes => ["Reshape", "Flatten"];

    public Action? Plan(TransposeMove move)
    {
        if (move.Node.Input(0)?.Producer?.Input(0)?.Tensor?.Shape is not { } source || source.Rank != move.Rank)
        {
            return null;
        }

        int[] moved = [.. move.Perm.Where(p => !(source[p].IsFixed && source[p].Value == 1))];
        if (!moved.SequenceEqual(moved.Order()))
        {
            return null;
        }

        Shape before = Permutation.Apply(move.Perm, source);
        if (move.Node.OpType == "Flatten")
        {
            // The same split of the dimensions, in the other order.
            long axis = move.Node.GetInt("axis", 1);
            if (axis != 1 || before[0] != source[0])
            {
                return null;
            }
        }
        else if (move.Integers(1) is not { } shape)
        {
            return null;
        }
        else if (move.Node.GetInt("allowzero") == 0 && shape.Where((d, i) => d == 0 && (i >= move.Rank || before[i] != source[i] || before[i].IsUnknown)).Any())
        {
            return null;
        }

        move.OutputPerm = [];
        move.IsAbsorbed = true;
        return () => { };
    }
}
