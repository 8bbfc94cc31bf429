using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Version 6 repeats every axis as often as a list says; before, a number and one axis were given.</summary>
internal sealed class TileRepeats : IOpsetAdapter
{
    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => [("Tile", 6)];

    /// <inheritdoc/>
    public void Apply(AdapterContext context)
    {
        if (context.Node.Inputs.Count < 3)
        {
            return;
        }

        Value input = context.Node.Input(0) ?? throw context.Fail("it lacks its input");
        Value one = context.Constant("one", [1]);
        Value rank = context.Before("Shape", [context.Before("Shape", [input], "shape")], "rank");
        Value ones = context.Before("Expand", [one, rank], "ones");
        Value[] numbers = new Value[2];
        for (int i = 0; i < 2; i++)
        {
            Value integer = context.Before("Cast", [context.Node.Inputs[i + 1]], "integer", ("to", new IntAttribute((int)ElementType.Int64)));
            numbers[i] = context.Before("Reshape", [integer, one], i == 0 ? "tiles" : "axis");
        }

        Value repeats = context.Before("ScatterElements", [ones, numbers[1], numbers[0]], "repeats", ("axis", new IntAttribute(0)));
        context.Replace("Tile", [input, repeats]);
    }
}
