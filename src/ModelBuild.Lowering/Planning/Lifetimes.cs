using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Planning;

/// <summary>Between which statements each value is needed. Values that share memory share a lifetime.</summary>
internal sealed class Lifetimes
{
    private readonly Dictionary<int, (int First, int Last)> _spans = [];
    private readonly IReadOnlyList<PlanDraft> _drafts;
    private int _position;

    /// <summary>Walks the statements.</summary>
    public Lifetimes(IReadOnlyList<PlanDraft> drafts, EquatableArray<PlanStatement> body)
    {
        _drafts = drafts;
        Walk(body);
    }

    /// <summary>Position of the first statement that touches a value.</summary>
    public int First(PlanDraft draft) => _spans.TryGetValue(RootOf(draft.Index), out var span) ? span.First : 0;

    /// <summary>Position of the last statement that touches a value.</summary>
    public int Last(PlanDraft draft) => _spans.TryGetValue(RootOf(draft.Index), out var span) ? span.Last : 0;

    private void Walk(EquatableArray<PlanStatement> statements)
    {
        foreach (PlanStatement statement in statements)
        {
            int position = _position++;
            switch (statement)
            {
                case PlanCall c:
                    foreach (PlanArgument argument in c.Arguments)
                    {
                        if (argument.Kind is PlanArgumentKind.Pointer or PlanArgumentKind.Value or PlanArgumentKind.Values)
                        {
                            foreach (PlanNumber number in argument.Numbers)
                            {
                                Touch((int)number.Value, position);
                            }
                        }
                    }

                    break;
                case PlanIf i:
                    Touch(i.Condition, position);
                    Walk(i.Then);
                    Walk(i.Else);
                    break;
                case PlanLoop l:
                    Loop(l, position);
                    break;
            }
        }
    }

    // What is needed both inside a loop and outside, or is carried by it, must keep its place during all iterations.
    private void Loop(PlanLoop loop, int position)
    {
        Touch(loop.TripCount, position);
        Touch(loop.Condition, position);
        Touch(loop.Iteration, position);
        Walk(loop.Body);
        int end = _position++;
        Touch(loop.TripCount, end);
        Touch(loop.Condition, end);
        Touch(loop.Iteration, end);
        foreach ((int value, (int first, int last)) in _spans.ToArray())
        {
            if (first <= position && last >= position)
            {
                _spans[value] = (first, Math.Max(last, end));
            }
        }
    }

    private void Touch(int value, int position)
    {
        if (value < 0)
        {
            return;
        }

        int root = RootOf(value);
        _spans[root] = _spans.TryGetValue(root, out var span) ? (Math.Min(span.First, position), Math.Max(span.Last, position)) : (position, position);
    }

    private int RootOf(int value) => _drafts[value].Root?.Index ?? value;
}
