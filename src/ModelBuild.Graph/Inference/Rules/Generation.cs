using ModelBuild.Dimensions;

namespace ModelBuild.Graphs.Inference;

/// <summary>Operators that make tensors out of nothing or of a few numbers.</summary>
internal static class Generation
{
    public static void Constant(Node node, InferenceContext c)
    {
        if (node.GetTensor("value") is { } tensor)
        {
            c.Output(node, 0, tensor.ElementType, Shape.Of(tensor.Dimensions));
            c.OutputConstant(node, 0, tensor);
            return;
        }

        foreach ((string name, AttributeValue attribute) in node.Attributes)
        {
            switch (attribute)
            {
                case IntAttribute i when name == "value_int":
                    c.Output(node, 0, ElementType.Int64, Shape.Scalar);
                    c.OutputConstant(node, 0, TensorData.Scalar(i.Value));
                    break;
                case IntsAttribute i when name == "value_ints":
                    c.Output(node, 0, ElementType.Int64, Shape.Of(i.Values.Count));
                    c.OutputConstant(node, 0, TensorData.Int64s([.. i.Values]));
                    break;
                case FloatAttribute f when name == "value_float":
                    c.Output(node, 0, ElementType.Float32, Shape.Scalar);
                    c.OutputConstant(node, 0, TensorData.Scalar(f.Value));
                    break;
                case FloatsAttribute f when name == "value_floats":
                    c.Output(node, 0, ElementType.Float32, Shape.Of(f.Values.Count));
                    c.OutputConstant(node, 0, TensorData.Create<float>(ElementType.Float32, [f.Values.Count], [.. f.Values]));
                    break;
                case StringAttribute when name == "value_string":
                    c.Output(node, 0, ElementType.String, Shape.Scalar);
                    break;
                case StringsAttribute s when name == "value_strings":
                    c.Output(node, 0, ElementType.String, Shape.Of(s.Values.Count));
                    break;
                case SparseTensorAttribute s when name == "sparse_value" && !s.Value.Dimensions.Any(d => d < 0):
                    c.Output(node, 0, s.Value.Values.ElementType, Shape.Of([.. s.Value.Dimensions]));
                    break;
            }
        }
    }

    public static void ConstantOfShape(Node node, InferenceContext c)
    {
        TensorData? value = node.GetTensor("value");
        Shape? shape = ShapeFrom(node, c, 0);
        c.Output(node, 0, value?.ElementType ?? ElementType.Float32, shape);
        if (shape is { IsFixed: true } && shape.ElementCount is { } count && count <= PartialTensor.MaxCount(value?.ElementType ?? ElementType.Float32)
            && (value is null ? PartialTensor.Scalar(0) : PartialTensor.Of(value)) is { Elements: [var only] })
        {
            var elements = new PartialElement[count];
            Array.Fill(elements, only);
            c.OutputPartial(node, 0, new PartialTensor(shape.ToArray(), elements));
        }
    }

    /// <summary>The shape that an input's content spells.</summary>
    public static Shape? ShapeFrom(Node node, InferenceContext c, int input)
    {
        if (c.Partial(node, input) is { Elements.Length: <= InferenceContext.MaxRank } sizes)
        {
            return [.. sizes.Elements.Select(e => Dimension.Of(e.Integer))];
        }

        c.Explain("the output's shape is only known at run time");
        return c.Size(node, input, 0) is { IsFixed: true } rank ? InferenceContext.OfRank(rank.Value) : null;
    }

    public static void Range(Node node, InferenceContext c)
    {
        Dimension length = Dimension.Unknown;
        PartialTensor? content = null;
        if (c.Reals(node, 0) is [var from] && c.Reals(node, 1) is [var to] && c.Reals(node, 2) is [var by] && by != 0)
        {
            double count = Math.Ceiling((to - from) / by);
            length = count is >= 0 and < long.MaxValue ? (long)count : count < 0 ? 0 : Dimension.Unknown;
        }
        else if (c.Integer(node, 2) is { } step and > 0)
        {
            DimensionExpression? span = DimensionExpression.Max(DimensionExpression.Subtract(c.Scalar(node, 1), c.Scalar(node, 0)), DimensionExpression.Zero);
            length = Dimension.Of(DimensionExpression.CeilingDivide(span, DimensionExpression.Constant(step)));
        }

        if (length is { IsFixed: true, Value: <= PartialTensor.MaxElements } && c.Partial(node, 0) is { Elements: [var start] } && c.Partial(node, 2) is { Elements: [var delta] })
        {
            var elements = new PartialElement[length.Value];
            for (int i = 0; i < elements.Length; i++)
            {
                elements[i] = start + (delta * i);
            }

            content = PartialTensor.Vector(elements);
        }

        if (length.IsUnknown)
        {
            c.Explain("the range's limits are only known at run time");
        }

        c.Output(node, 0, c.Element(node, 0), [length]);
        c.OutputPartial(node, 0, content);
    }

    /// <summary>Shape of the input, element type of attribute <c>dtype</c> or of the input.</summary>
    public static void LikeInput(Node node, InferenceContext c) =>
        c.Output(node, 0, node.Attributes.ContainsKey("dtype") ? (ElementType)node.GetInt("dtype") : c.Element(node, 0), c.ShapeOf(node, 0));

    /// <summary>Shape of attribute <c>shape</c>.</summary>
    public static void RandomOfShape(Node node, InferenceContext c)
    {
        IReadOnlyList<long>? sizes = node.GetInts("shape");
        bool valid = sizes is { Count: <= InferenceContext.MaxRank } && !sizes.Any(s => s < 0);
        c.Output(node, 0, (ElementType)node.GetInt("dtype", (long)ElementType.Float32), valid ? Shape.Of([.. sizes!]) : null);
    }

    public static void Multinomial(Node node, InferenceContext c) =>
        c.Output(node, 0, (ElementType)node.GetInt("dtype", (long)ElementType.Int32), [c.Size(node, 0, 0), Math.Max(0, node.GetInt("sample_size", 1))]);
}
