namespace ModelBuild.Graphs.Inference;

/// <summary>Optimizer steps: learning rate, step number, then groups of as many tensors as are trained.</summary>
internal static class Training
{
    /// <summary>Groups X, G, H; outputs X, H.</summary>
    public static void Adagrad(Node node, InferenceContext c) => Update(node, c, 3, [0, 2]);

    /// <summary>Groups X, G, V, H; outputs X, V, H.</summary>
    public static void Adam(Node node, InferenceContext c) => Update(node, c, 4, [0, 2, 3]);

    /// <summary>Groups X, G, V; outputs X, V.</summary>
    public static void Momentum(Node node, InferenceContext c) => Update(node, c, 3, [0, 2]);

    private static void Update(Node node, InferenceContext c, int groups, ReadOnlySpan<int> kept)
    {
        int count = (node.Inputs.Count - 2) / groups;
        for (int g = 0; g < kept.Length; g++)
        {
            for (int i = 0; i < count; i++)
            {
                c.Output(node, (g * count) + i, c.TypeOf(node, 2 + (kept[g] * count) + i));
            }
        }
    }

    /// <summary>The derivative of one value by each of the first inputs, in their shapes.</summary>
    public static void Gradient(Node node, InferenceContext c)
    {
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            c.Output(node, i, c.TypeOf(node, i));
        }
    }
}
