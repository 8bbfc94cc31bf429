using ModelBuild.Formats.FlatBuffers;

namespace ModelBuild.Formats.TensorFlowLite.Schema;

/// <summary>A graph of operators.</summary>
internal sealed class TfLiteSubgraph
{
    public TfLiteSubgraph(TfLiteFile file, FlatTable table, string[] operatorNames)
    {
        Name = table.Text(4);
        Inputs = table.Int32s(1);
        Outputs = table.Int32s(2);
        FlatTables tensors = table.Tables(0);
        for (int i = 0; i < tensors.Count; i++)
        {
            // Entries of a list may all lead to one table, which is then read as often.
            file.Buffer.Charge(128, table.Position);
            Tensors.Add(new TfLiteTensor(tensors[i]));
        }

        FlatTables operators = table.Tables(3);
        for (int i = 0; i < operators.Count; i++)
        {
            file.Buffer.Charge(128, table.Position);
            FlatTable op = operators[i];
            uint code = op.UInt32(0);
            if (code >= operatorNames.Length)
            {
                throw file.Buffer.Damaged(op.Position, $"operator {i} has kind {code} of {operatorNames.Length}");
            }

            var read = new TfLiteOperator(op, operatorNames[code]);
            Check(file, read.Inputs, $"operator {i}", optional: true);
            Check(file, read.Outputs, $"operator {i}", optional: true);
            Operators.Add(read);
        }

        Check(file, Inputs, "the graph", optional: false);
        Check(file, Outputs, "the graph", optional: false);
    }

    public string Name { get; }

    public List<TfLiteTensor> Tensors { get; } = [];

    public int[] Inputs { get; }

    public int[] Outputs { get; }

    public List<TfLiteOperator> Operators { get; } = [];

    private void Check(TfLiteFile file, int[] tensors, string owner, bool optional)
    {
        foreach (int tensor in tensors)
        {
            if (tensor >= Tensors.Count || tensor < (optional ? -1 : 0))
            {
                throw FileProblem.Damaged(file.Path, $"{owner} of graph '{Name}' names tensor {tensor} of {Tensors.Count}");
            }
        }
    }
}
