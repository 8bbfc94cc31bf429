using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary><c>Gather</c> of rows of a constant table: integers and scales are looked up, and only what was looked up is expanded. The result is that of the expanded table.</summary>
internal sealed class GatherRule : IInt8Rule
{
    public string? RunsAs => "int8 rows, expanded after the look-up";

    public bool RoundsActivations => false;

    public bool IsWeight(Node node, int index, TensorData weight) => node.OpType == "Gather" && index == 0 && weight.Rank >= 2;

    public ChannelLayout Layout(Node node, int index, TensorData weight) => ChannelLayout.Axis(weight.Dimensions, 0);

    public string? WhyNot(Node node, int index, TensorData weight) => node.GetInt("axis") is var axis && axis != 0 && axis != -weight.Rank ? "it gathers along another axis than the first" : null;

    public void Rewrite(Node node, StoredWeight weight, GraphEditor editor)
    {
        Value output = node.Output(0)!;
        Value integers = Gather(weight.Integers, "integers");
        Value scales = Gather(weight.Scales, "scales");
        Node cast = editor.Add("Cast", [integers], $"{output.Name}_float");
        cast.Attributes["to"] = new IntAttribute((long)ElementType.Float32);
        editor.AddFor(output, "Mul", [cast.Output(0), scales]);

        Value Gather(Value table, string what)
        {
            Node gather = editor.Add("Gather", [table, node.Input(1)], $"{output.Name}_{what}");
            gather.Attributes["axis"] = new IntAttribute(0);
            return gather.Output(0)!;
        }
    }
}
