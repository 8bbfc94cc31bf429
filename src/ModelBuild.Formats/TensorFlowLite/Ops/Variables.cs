using ModelBuild.Formats.TensorFlowLite.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Ops;

/// <summary>Variables that an initializing subgraph sets once: they become what it computes.</summary>
internal sealed class Variables : TfLiteOp
{
    public override IReadOnlyList<string> Names { get; } = ["VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE"];

    public override string OnnxOf(string name) => name == "READ_VARIABLE" ? "the variable's content" : "-";

    public override void Read(NodeReader node)
    {
        SubgraphReader reader = node.Reader;
        switch (node.Name)
        {
            case "VAR_HANDLE":
                reader.Handles[node.OutputIndex(0)] = $"{node.Options.Text(0)}/{node.Options.Text(1)}";
                break;
            case "READ_VARIABLE":
                node.OutStored(reader.State.Variables.TryGetValue(Handle(node), out Value? content) ? node.B.Add("Identity", [content])
                    : throw NodeReader.Unsupported("its variable has no content before the first call"));
                break;
            case "ASSIGN_VARIABLE" when reader.State.IsInitializing:
                reader.State.Variables[Handle(node)] = node.Stored(1);
                break;
            case "ASSIGN_VARIABLE":
                throw NodeReader.Unsupported("it keeps a state from one call to the next; make the state an input and an output before exporting");
            default:
                bool outer = reader.State.IsInitializing;
                reader.State.IsInitializing = true;
                Subgraphs.Inline(node, node.Options.Int32(0), node.B, []);
                reader.State.IsInitializing = outer;
                break;
        }
    }

    private static string Handle(NodeReader node) => node.Reader.Handles[node.InputIndex(0)] ?? throw NodeReader.Unsupported("its variable must be named in the same graph");
}
