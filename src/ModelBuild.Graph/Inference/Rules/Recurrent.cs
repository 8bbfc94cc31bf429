namespace ModelBuild.Graphs.Inference;

/// <summary>RNN, GRU and LSTM: inputs X <c>[sequence, batch, features]</c>, W, R <c>[directions, gates * hidden, hidden]</c>.</summary>
internal static class Recurrent
{
    public static void Infer(Node node, InferenceContext c) => Infer(node, c, node.GetInt("hidden_size") is > 0 and var stated ? stated : c.Size(node, 2, 2));

    public static void Infer(Node node, InferenceContext c, Dimension hidden)
    {
        bool batchFirst = node.GetInt("layout") == 1;
        Dimension directions = node.GetString("direction", "forward") == "bidirectional" ? 2 : 1;
        Dimension sequence = c.Size(node, 0, batchFirst ? 1 : 0);
        Dimension batch = c.Size(node, 0, batchFirst ? 0 : 1);
        ElementType element = c.Element(node, 0);
        c.Output(node, 0, element, batchFirst ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden]);
        Shape last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
        c.Output(node, 1, element, last);
        c.Output(node, 2, element, last);
    }
}
