using ModelBuild.Dimensions;

namespace ModelBuild.Graphs.Inference;

/// <summary>Operators that own graphs.</summary>
internal static class ControlFlow
{
    // Visits of a body after which what still changes counts as unknown.
    private const int MaxPasses = 4;

    public static void If(Node node, InferenceContext c)
    {
        Graph? yes = node.GetGraph("then_branch");
        Graph? no = node.GetGraph("else_branch");
        bool yesVisited = yes is not null && c.VisitGraph(yes);
        bool noVisited = no is not null && c.VisitGraph(no);
        long? condition = c.Integer(node, 0);
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            Value? a = yesVisited && i < yes!.Outputs.Count ? yes.Outputs[i] : null;
            Value? b = noVisited && i < no!.Outputs.Count ? no.Outputs[i] : null;
            if (condition is { } known)
            {
                Value? taken = known != 0 ? a : b;
                c.Output(node, i, c.TypeOf(taken));
                c.CopyContent(taken, node.Output(i));
            }
            else
            {
                c.Explain("its branches differ in type or shape");
                c.Output(node, i, TypeMerge.Union(c.TypeOf(a), c.TypeOf(b)));
            }
        }
    }

    /// <summary>Inputs: most iterations, condition, carried values. Body: iteration, condition, carried values to condition, carried values, one slice per scan output.</summary>
    public static void Loop(Node node, InferenceContext c)
    {
        if (node.GetGraph("body") is not { } body)
        {
            return;
        }

        int carriedCount = Math.Max(0, node.Inputs.Count - 2);
        bool startsTrue = node.Input(1) is null || c.Integer(node, 1) == 1;
        var carried = new GraphType?[carriedCount];
        for (int i = 0; i < carriedCount; i++)
        {
            carried[i] = c.TypeOf(node, i + 2);
        }

        bool visited = Settle(c, body, carried, 2, 1, () =>
        {
            BindAt(c, body, 0, new TensorType(ElementType.Int64, Shape.Scalar));
            BindAt(c, body, 1, new TensorType(ElementType.Bool, Shape.Scalar));
            if (startsTrue && body.Inputs.Count > 1)
            {
                // Holds by induction where the body hands the condition on.
                c.BindContent(body.Inputs[1], PartialTensor.Scalar(1));
            }
        });

        // The limit is the number of iterations only when the condition can't end the loop.
        bool endless = visited && startsTrue && body.Outputs.Count > 0 && c.Partial(body.Outputs[0]) is { Elements: [{ Value: 1 }] };
        Dimension iterations = endless && node.Input(0) is not null ? Dimension.Of(c.Scalar(node, 0) is { } limit ? DimensionExpression.Max(limit, DimensionExpression.Zero) : null) : Dimension.Unknown;
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (i < carriedCount)
            {
                // A body that starts from an optional value and always hands on a present one ends with a present one.
                GraphType? after = visited && i + 1 < body.Outputs.Count ? c.TypeOf(body.Outputs[i + 1]) : null;
                c.Output(node, i, carried[i] is OptionalType optional && after is not (null or OptionalType) ? optional.Element : carried[i]);
            }
            else if (visited && i + 1 < body.Outputs.Count && c.TypeOf(body.Outputs[i + 1]) is TensorType slice)
            {
                c.Explain("the number of iterations is only known at run time");
                c.Output(node, i, slice.ElementType, slice.Shape is { } shape ? [iterations, .. shape.AsSpan()] : null);
            }
        }
    }

    public static void Scan(Node node, InferenceContext c)
    {
        if (node.GetGraph("body") is not { } body)
        {
            return;
        }

        // Operator set 8 has a batch dimension in front of everything and an input of sequence lengths.
        bool batched = c.Opset(node) < 9;
        int first = batched ? 1 : 0;
        int scanCount = (int)Math.Clamp(node.GetInt("num_scan_inputs"), 0, Math.Max(0, node.Inputs.Count - first));
        int stateCount = Math.Max(0, node.Inputs.Count - first - scanCount);
        var states = new GraphType?[stateCount];
        for (int i = 0; i < stateCount; i++)
        {
            Shape? shape = c.ShapeOf(node, first + i);
            states[i] = new TensorType(c.Element(node, first + i), batched ? (shape is { Rank: > 0 } ? new Shape(shape.AsSpan()[1..]) : null) : shape);
        }

        GraphType[] slices = Slices(node, c, first + stateCount, scanCount, batched, out Dimension length);
        bool visited = Settle(c, body, states, 0, 0, () =>
        {
            for (int i = 0; i < scanCount; i++)
            {
                BindAt(c, body, stateCount + i, slices[i]);
            }
        });

        Dimension batch = batched ? c.Size(node, node.Inputs.Count - 1, 0) : Dimension.Unknown;
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            GraphType? type = i < stateCount ? states[i] : visited && i < body.Outputs.Count ? c.TypeOf(body.Outputs[i]) : null;
            if (type is not TensorType { ElementType: var element } tensor)
            {
                continue;
            }

            Shape? shape = i < stateCount ? tensor.Shape : Stacked(node, c, tensor.Shape, i - stateCount, length, batched);
            c.Output(node, i, element, batched && shape is not null ? [batch, .. shape.AsSpan()] : shape);
        }
    }

    /// <summary>Types of what a body sees of each scan input, and the common length of the scanned dimension.</summary>
    private static GraphType[] Slices(Node node, InferenceContext c, int first, int count, bool batched, out Dimension length)
    {
        length = Dimension.Unknown;
        var slices = new GraphType[count];
        for (int i = 0; i < count; i++)
        {
            Shape? shape = c.ShapeOf(node, first + i);
            if (shape is not null && c.Axis(node, batched ? 1 : At(node.GetInts("scan_input_axes"), i), shape.Rank) is { } axis)
            {
                length = c.Same(node, length, shape[axis], "lengths of scan inputs");
                shape = [.. shape.AsSpan()[(batched ? 1 : 0)..axis], .. shape.AsSpan()[(axis + 1)..]];
            }
            else
            {
                shape = null;
            }

            slices[i] = new TensorType(c.Element(node, first + i), shape);
        }

        return slices;
    }

    /// <summary>The shape of one slice with the scanned dimension put in.</summary>
    private static Shape? Stacked(Node node, InferenceContext c, Shape? slice, int output, Dimension length, bool batched)
    {
        if (slice is null || (batched ? 0 : c.Axis(node, At(node.GetInts("scan_output_axes"), output), slice.Rank + 1)) is not { } axis)
        {
            return null;
        }

        return [.. slice.AsSpan()[..axis], length, .. slice.AsSpan()[axis..]];
    }

    private static long At(IReadOnlyList<long>? axes, int index) => axes is not null && index < axes.Count ? axes[index] : 0;

    /// <summary>A body applied to each entry; inputs that are no sequences are given to every entry.</summary>
    public static void SequenceMap(Node node, InferenceContext c)
    {
        if (node.GetGraph("body") is not { } body)
        {
            return;
        }

        for (int i = 0; i < node.Inputs.Count; i++)
        {
            BindAt(c, body, i, c.TypeOf(node, i) is SequenceType sequence ? sequence.Element : c.TypeOf(node, i));
        }

        bool visited = c.VisitGraph(body);
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            c.Output(node, i, new SequenceType(visited && i < body.Outputs.Count ? c.TypeOf(body.Outputs[i]) : null));
        }
    }

    /// <summary>
    /// Visits a body until the types of its carried values hold before and after an iteration. What keeps changing loses its shape.
    /// </summary>
    /// <param name="c">The inference.</param>
    /// <param name="body">The body.</param>
    /// <param name="carried">Types before the first iteration; afterwards those of every iteration.</param>
    /// <param name="firstInput">The body's first carried input.</param>
    /// <param name="firstOutput">The body's first carried output.</param>
    /// <param name="bindOthers">Binds the other inputs.</param>
    /// <returns>False when the body lies too deep to be visited.</returns>
    private static bool Settle(InferenceContext c, Graph body, GraphType?[] carried, int firstInput, int firstOutput, Action bindOthers)
    {
        for (int pass = 0; ; pass++)
        {
            bool last = pass == MaxPasses || !c.HasBudget;
            for (int i = 0; i < carried.Length; i++)
            {
                carried[i] = last ? WithoutShape(carried[i]) : carried[i];
                BindAt(c, body, firstInput + i, carried[i]);
            }

            bindOthers();
            if (!c.VisitGraph(body))
            {
                Array.Clear(carried);
                return false;
            }

            bool changed = false;
            for (int i = 0; i < carried.Length; i++)
            {
                Value? output = firstOutput + i < body.Outputs.Count ? body.Outputs[firstOutput + i] : null;
                GraphType? union = TypeMerge.Union(carried[i], c.TypeOf(output));
                changed |= !Equals(union, carried[i]);
                carried[i] = last ? WithoutShape(union) : union;
            }

            if (!changed || last)
            {
                return true;
            }
        }
    }

    private static GraphType? WithoutShape(GraphType? type) => type switch
    {
        TensorType t => new TensorType(t.ElementType, null),
        SequenceType { Element: TensorType t } => new SequenceType(new TensorType(t.ElementType, null)),
        OptionalType { Element: TensorType t } => new OptionalType(new TensorType(t.ElementType, null)),
        _ => null,
    };

    private static void BindAt(InferenceContext c, Graph body, int input, GraphType? type)
    {
        if (input < body.Inputs.Count)
        {
            c.Bind(body.Inputs[input], type);
        }
    }
}
