namespace ModelBuild.Graphs.Inference;

/// <summary>Combining two statements about one value's type.</summary>
internal static class TypeMerge
{
    // Types nest as deep as the file says; what lies deeper than this is treated as unknown.
    private const int MaxDepth = 16;

    /// <summary>
    /// What is known when both statements hold. Where they differ, a number goes before a formula, <paramref name="inferred"/> before
    /// <paramref name="declared"/>.
    /// </summary>
    /// <param name="inferred">Statement of the rules.</param>
    /// <param name="declared">Statement of the model.</param>
    /// <param name="bound">Which symbols of <paramref name="declared"/> are symbols of the model's inputs; the others say nothing.</param>
    /// <param name="conflict">Text of the first contradiction, or null.</param>
    public static GraphType? Refine(GraphType? inferred, GraphType? declared, Func<string, bool> bound, out string? conflict)
    {
        conflict = null;
        return Refine(inferred, declared, bound, ref conflict, 0);
    }

    private static GraphType? Refine(GraphType? inferred, GraphType? declared, Func<string, bool> bound, ref string? conflict, int depth)
    {
        if (declared is null || depth > MaxDepth)
        {
            return inferred;
        }

        switch (inferred, declared)
        {
            case (null, TensorType d):
                return d with { Shape = Bound(d.Shape, bound) };
            case (null, SparseTensorType d):
                return d with { Shape = Bound(d.Shape, bound) };
            case (null, SequenceType d):
                return d with { Element = Refine(null, d.Element, bound, ref conflict, depth + 1) };
            case (null, OptionalType d):
                return d with { Element = Refine(null, d.Element, bound, ref conflict, depth + 1) };
            case (null, MapType d):
                return d with { Value = Refine(null, d.Value, bound, ref conflict, depth + 1) };
            case (null, _):
                return declared;
            case (TensorType i, TensorType d):
                return new TensorType(RefineElement(i.ElementType, d.ElementType, ref conflict), RefineShape(i.Shape, d.Shape, bound, ref conflict)) { Denotation = d.Denotation };
            case (SparseTensorType i, SparseTensorType d):
                return new SparseTensorType(RefineElement(i.ElementType, d.ElementType, ref conflict), RefineShape(i.Shape, d.Shape, bound, ref conflict)) { Denotation = d.Denotation };
            case (SequenceType i, SequenceType d):
                return d with { Element = Refine(i.Element, d.Element, bound, ref conflict, depth + 1) };
            case (OptionalType i, OptionalType d):
                return d with { Element = Refine(i.Element, d.Element, bound, ref conflict, depth + 1) };
            case (MapType i, MapType d):
                return d with { Key = RefineElement(i.Key, d.Key, ref conflict), Value = Refine(i.Value, d.Value, bound, ref conflict, depth + 1) };
            case (OpaqueType, OpaqueType):
                return declared;
            default:
                conflict ??= $"{Describe(inferred)} against {Describe(declared)}";
                return inferred;
        }
    }

    /// <summary>What holds for a value that is of one type or the other, as after a branch.</summary>
    public static GraphType? Union(GraphType? a, GraphType? b) => Union(a, b, 0);

    private static GraphType? Union(GraphType? a, GraphType? b, int depth) => depth > MaxDepth ? null : (a, b) switch
    {
        (TensorType x, TensorType y) => new TensorType(x.ElementType == y.ElementType ? x.ElementType : ElementType.Undefined, Union(x.Shape, y.Shape)),
        (SparseTensorType x, SparseTensorType y) => new SparseTensorType(x.ElementType == y.ElementType ? x.ElementType : ElementType.Undefined, Union(x.Shape, y.Shape)),
        (SequenceType x, SequenceType y) => new SequenceType(Union(x.Element, y.Element, depth + 1)),
        (OptionalType x, OptionalType y) => new OptionalType(Union(x.Element, y.Element, depth + 1)),
        (OptionalType x, not null) => new OptionalType(Union(x.Element, b, depth + 1)),
        (not null, OptionalType y) => new OptionalType(Union(a, y.Element, depth + 1)),
        (MapType x, MapType y) when x.Key == y.Key => new MapType(x.Key, Union(x.Value, y.Value, depth + 1)),
        (OpaqueType x, OpaqueType y) when x == y => x,
        _ => null,
    };

    public static Shape? Union(Shape? a, Shape? b)
    {
        if (a is null || b is null || a.Rank != b.Rank)
        {
            return null;
        }

        var dimensions = new Dimension[a.Rank];
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = a[i] == b[i] ? a[i] : Dimension.Unknown;
        }

        return new Shape(dimensions);
    }

    /// <summary>Whether nothing about the type is open.</summary>
    public static bool IsComplete(GraphType? type) => type switch
    {
        TensorType t => t.ElementType != ElementType.Undefined && t.Shape is { } shape && !shape.Any(d => d.IsUnknown),
        SparseTensorType t => t.ElementType != ElementType.Undefined && t.Shape is { } shape && !shape.Any(d => d.IsUnknown),
        SequenceType s => s.Element is not null && HasElementType(s.Element),
        OptionalType o => o.Element is not null && HasElementType(o.Element),
        null => false,
        _ => true,
    };

    private static bool HasElementType(GraphType type) => type switch
    {
        TensorType t => t.ElementType != ElementType.Undefined,
        SequenceType { Element: TensorType t } => t.ElementType != ElementType.Undefined,
        _ => true,
    };

    public static string Describe(GraphType? type) => Describe(type, 0);

    private static string Describe(GraphType? type, int depth) => type switch
    {
        _ when depth > MaxDepth => "...",
        TensorType t => $"{t.ElementType.Name()}{t.Shape?.ToString() ?? "[...]"}",
        SparseTensorType t => $"sparse {t.ElementType.Name()}{t.Shape?.ToString() ?? "[...]"}",
        SequenceType s => $"sequence({Describe(s.Element, depth + 1)})",
        OptionalType o => $"optional({Describe(o.Element, depth + 1)})",
        MapType m => $"map({m.Key.Name()}, {Describe(m.Value, depth + 1)})",
        OpaqueType o => $"{o.Domain}.{o.Name}",
        _ => "unknown",
    };

    private static ElementType RefineElement(ElementType inferred, ElementType declared, ref string? conflict)
    {
        if (inferred == ElementType.Undefined || declared == ElementType.Undefined || inferred == declared)
        {
            return inferred == ElementType.Undefined ? declared : inferred;
        }

        conflict ??= $"{inferred.Name()} against {declared.Name()}";
        return inferred;
    }

    private static Shape? RefineShape(Shape? inferred, Shape? declared, Func<string, bool> bound, ref string? conflict)
    {
        if (inferred is null || declared is null)
        {
            return inferred ?? Bound(declared, bound);
        }

        if (inferred.Rank != declared.Rank)
        {
            conflict ??= $"{inferred} against {declared}";
            return inferred;
        }

        var dimensions = new Dimension[inferred.Rank];
        for (int i = 0; i < dimensions.Length; i++)
        {
            Dimension a = inferred[i];
            Dimension b = declared[i];
            dimensions[i] = a.IsUnknown ? Bound(b, bound) : !a.IsFixed && b.IsFixed ? b : a;
            if (a.IsFixed && b.IsFixed && a != b)
            {
                conflict ??= $"{inferred} against {declared}";
            }
        }

        return new Shape(dimensions);
    }

    private static Shape? Bound(Shape? shape, Func<string, bool> bound)
    {
        if (shape is null || shape.IsFixed)
        {
            return shape;
        }

        var dimensions = new Dimension[shape.Rank];
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = Bound(shape[i], bound);
        }

        return new Shape(dimensions);
    }

    private static Dimension Bound(Dimension dimension, Func<string, bool> bound) =>
        dimension.Expression is { } expression && expression.Symbols.All(bound) ? dimension : Dimension.Unknown;
}
