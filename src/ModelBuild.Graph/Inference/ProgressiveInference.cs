namespace ModelBuild.Graphs.Inference;

/// <summary>
/// Inference of a graph that is being built: each node's outputs get their types as soon as the node is there. What is known of the
/// contents of small integer tensors, symbolic sizes among them, can be asked for as well.
/// </summary>
/// <param name="model">The model that is being built; its operator sets decide what operators mean.</param>
public sealed class ProgressiveInference(Model model)
{
    private readonly InferenceContext _context = new(model, new InferenceOptions());

    /// <summary>Takes a value's type as given: of a graph's input, or of what a body's owner feeds.</summary>
    public void Declare(Value value) => _context.Declare(value);

    /// <summary>Takes a constant as known.</summary>
    public void DeclareConstant(Value value) => _context.DeclareConstant(value);

    /// <summary>Infers a node whose inputs were declared or visited, and writes the types to its outputs.</summary>
    public void Visit(Node node) => _context.VisitOne(node);

    /// <summary>Content of a value that is a constant, or null.</summary>
    public TensorData? ConstantOf(Value? value) => _context.ConstantOf(value);

    /// <summary>The elements of an integer value in order, each a number, a formula or unknown; null when not even their number is known.</summary>
    public IReadOnlyList<Dimension>? SizesOf(Value? value) => _context.Partial(value) is { } partial ? [.. partial.Elements.Select(e => Dimension.Of(e.Integer))] : null;

    /// <summary>The elements of an integer value in order, or null when one is not known. Negative ones count.</summary>
    public long[]? IntegersOf(Value? value)
    {
        if (_context.Partial(value) is not { } partial || !Array.TrueForAll(partial.Elements, e => e.Value is not null))
        {
            return null;
        }

        return Array.ConvertAll(partial.Elements, e => e.Value!.Value);
    }
}
