using ModelBuild.Graphs;

namespace ModelBuild.Passes.Layout;

/// <summary>Orders of axes as ONNX's Transpose has them: axis <c>i</c> of the result is axis <c>p[i]</c> of the source.</summary>
internal static class Permutation
{
    /// <summary>The order of a Transpose, or null when the rank is not known or the attribute is no permutation.</summary>
    public static int[]? Of(Node transpose)
    {
        if (transpose.GetInts("perm") is { } stated)
        {
            int[] perm = [.. stated.Select(p => (int)Math.Clamp(p, -1, int.MaxValue))];
            return perm.Order().SequenceEqual(Enumerable.Range(0, perm.Length)) ? perm : null;
        }

        return transpose.Input(0)?.Tensor?.Shape is { } shape ? [.. Enumerable.Range(0, shape.Rank).Reverse()] : null;
    }

    /// <summary>The order that undoes another.</summary>
    public static int[] Invert(int[] perm)
    {
        var inverse = new int[perm.Length];
        for (int i = 0; i < perm.Length; i++)
        {
            inverse[perm[i]] = i;
        }

        return inverse;
    }

    /// <summary>The one order of two transposes after each other.</summary>
    public static int[] Compose(int[] first, int[] second) => [.. second.Select(p => first[p])];

    /// <summary>Whether nothing changes.</summary>
    public static bool IsIdentity(int[] perm) => perm.Select((p, i) => p == i).All(same => same);

    /// <summary>A shape in another order.</summary>
    public static Shape Apply(int[] perm, Shape shape) => new([.. perm.Select(p => shape[p])]);

    /// <summary>The order that is left when axes of the result go away.</summary>
    public static int[] Without(int[] perm, IReadOnlySet<int> removed)
    {
        int[] left = [.. perm.Where((_, i) => !removed.Contains(i))];
        int[] sorted = [.. left.Order()];
        return [.. left.Select(p => Array.IndexOf(sorted, p))];
    }
}
