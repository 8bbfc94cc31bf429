using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Layers;

/// <summary>One step of a recurrent layer with its weights.</summary>
/// <param name="kind"><c>RNN</c>, <c>LSTM</c> or <c>GRU</c>.</param>
/// <param name="instance">Where settings and weights are.</param>
/// <param name="config">The cell's settings.</param>
internal sealed class RecurrentCell(string kind, LayerInstance instance, LayerConfig config)
{
    private static readonly string[] s_names = ["kernel", "recurrent_kernel", "bias"];

    /// <summary>Number of states: the LSTM's cell has one of its own.</summary>
    public int StateCount => kind == "LSTM" ? 2 : 1;

    // Keras: i, f, c, o and z, r, h. ONNX: i, o, f, c and z, r, h.
    private int[] GateOrder => kind switch
    {
        "LSTM" => [0, 3, 1, 2],
        "GRU" => [0, 1, 2],
        _ => [0],
    };

    /// <summary>The cell of a layer.</summary>
    /// <exception cref="UnsupportedOperatorException">The layer is none of the three, or keeps its state from batch to batch.</exception>
    public static RecurrentCell Of(LayerContext c, LayerInstance layer)
    {
        LayerConfig config = layer.Description.Config;
        LayerContext.Require(!config.Flag("stateful", false), "stateful layers keep their state between calls; make the state an input and an output (return_state and initial_state)");
        LayerContext.Require(!config.Flag("time_major", false), "time_major is not supported; put the batch first");
        LayerContext.Require(config["num_constants"] is null, "constants of a cell are not supported");
        string name = layer.Description.ClassName;
        if (name == "RNN" && config.Inner("cell") is { } json)
        {
            LayerDescription cell = c.Importer.Describe(json);
            name = cell.ClassName switch
            {
                "SimpleRNNCell" => "SimpleRNN",
                "LSTMCell" => "LSTM",
                "GRUCell" => "GRU",
                _ => throw new UnsupportedOperatorException($"cell '{cell.ClassName}' is not supported; SimpleRNNCell, LSTMCell and GRUCell are"),
            };
            config = cell.Config;
        }

        if (!layer.Inner.TryGetValue("cell", out LayerInstance? inner))
        {
            var weights = layer.Weights.Part("cell");
            inner = new LayerInstance(new LayerDescription(name, layer.Description.Name, config), weights.Own.Count > 0 ? weights : layer.Weights);
            layer.Inner.Add("cell", inner);
        }

        return name switch
        {
            "SimpleRNN" => new RecurrentCell("RNN", inner, config),
            "LSTM" or "CuDNNLSTM" => new RecurrentCell("LSTM", inner, config),
            "GRU" or "CuDNNGRU" => new RecurrentCell("GRU", inner, config),
            _ => throw new UnsupportedOperatorException($"a recurrent layer of class '{name}' is not supported; SimpleRNN, LSTM and GRU are"),
        };
    }

    /// <summary>Runs the cell.</summary>
    /// <param name="c">The layer.</param>
    /// <param name="x">Input, <c>[batch, time, features]</c>.</param>
    /// <param name="lengths">Number of steps of each sample, or null.</param>
    /// <param name="states">States to start with, each <c>[batch, units]</c>; none for zeros.</param>
    /// <param name="backwards">Whether the last step comes first.</param>
    /// <param name="sequences">Whether every step's output is wanted.</param>
    /// <returns>Outputs in the input's order, <c>[batch, time, units]</c>, and the last states, each <c>[batch, units]</c>.</returns>
    public (Value? Outputs, Value[] States) Run(LayerContext c, Value x, Value? lengths, Value[] states, bool backwards, bool sequences)
    {
        TensorData kernel = c.Importer.Weight(instance, s_names, 0, 2);
        TensorData recurrent = c.Importer.Weight(instance, s_names, 1, 2);
        int gates = GateOrder.Length;
        long units = recurrent.Dimensions[0];
        if (recurrent.Dimensions[1] != gates * units || kernel.Dimensions[1] != gates * units)
        {
            throw c.Importer.Damaged($"weights of layer '{instance.Description.Name}' are {kernel} and {recurrent}, which are not {gates} gates of {units} units");
        }

        TensorData Gates(TensorData w) => w.Transpose(1, 0).ReorderBlocks(0, GateOrder).Reshape(1, w.Dimensions[1], w.Dimensions[0]);
        Value w = instance.Constant("W", () => c.B.Constant(Gates(kernel), $"{c.B.Scope}/kernel"));
        Value r = instance.Constant("R", () => c.B.Constant(Gates(recurrent), $"{c.B.Scope}/recurrent_kernel"));
        Value? b = config.Flag("use_bias", true) ? instance.Constant("B", () => c.B.Constant(Bias(c, gates * units), $"{c.B.Scope}/bias")) : null;
        Value time = c.B.Transpose(x, 1, 0, 2);
        List<Value?> inputs = [time, w, r, b, lengths, .. states.Select(s => c.B.Unsqueeze(s, 0))];
        List<(string, AttributeValue)> attributes = [("hidden_size", units), ("direction", backwards ? "reverse" : "forward"), .. Activations(c)];
        if (kind == "GRU")
        {
            attributes.Add(("linear_before_reset", ResetsAfter(c) ? 1L : 0L));
        }

        Value[] y = c.B.AddMany(kind, inputs, 1 + StateCount, [.. attributes]);
        return (sequences ? c.B.Transpose(c.B.Squeeze(y[0], 1), 1, 0, 2) : null, [.. y.Skip(1).Select(s => c.B.Squeeze(s, 0))]);
    }

    // The default changed; a file that doesn't say is of a version before.
    private bool ResetsAfter(LayerContext c) => instance.Description.ClassName.StartsWith("CuDNN", StringComparison.Ordinal) || config.Flag("reset_after", c.Dialect.Major >= 3);

    private TensorData Bias(LayerContext c, long size)
    {
        TensorData? stored = instance.Weights.Find(s_names, 2)?.ToFloat32();
        if (stored is null || (stored.ElementCount != size && stored.ElementCount != 2 * size))
        {
            throw c.Importer.Damaged($"the bias of layer '{instance.Description.Name}' is {(stored is null ? "missing" : stored.ToString())}, not of {size} or twice as many elements");
        }

        // Either one bias, or that of the input and that of the state.
        TensorData first = stored.ElementCount == size ? stored.Reshape(size) : stored.Reshape(2 * size).Slice(0, 0, size);
        TensorData second = stored.ElementCount == size ? TensorData.Create<float>(ElementType.Float32, [size], new float[size]) : stored.Reshape(2 * size).Slice(0, size, size);
        return TensorTransforms.Concat(0, first.ReorderBlocks(0, GateOrder), second.ReorderBlocks(0, GateOrder)).Reshape(1, 2 * size);
    }

    private IEnumerable<(string, AttributeValue)> Activations(LayerContext c)
    {
        bool isCuDnn = instance.Description.ClassName.StartsWith("CuDNN", StringComparison.Ordinal);
        (string Name, float? Alpha, float? Beta) output = isCuDnn ? ("Tanh", null, null) : Activation(c, "activation", "tanh");
        if (kind == "RNN")
        {
            return List(output);
        }

        (string Name, float? Alpha, float? Beta) gate = isCuDnn ? ("Sigmoid", null, null) : Activation(c, "recurrent_activation", "sigmoid");
        return kind == "GRU" ? List(gate, output) : List(gate, output, output);
    }

    private static IEnumerable<(string, AttributeValue)> List(params (string Name, float? Alpha, float? Beta)[] functions)
    {
        yield return ("activations", functions.Select(f => f.Name).ToArray());
        float[] alphas = [.. functions.Select(f => f.Alpha).OfType<float>()];
        float[] betas = [.. functions.Select(f => f.Beta).OfType<float>()];
        if (alphas.Length > 0)
        {
            yield return ("activation_alpha", alphas);
        }

        if (betas.Length > 0)
        {
            yield return ("activation_beta", betas);
        }
    }

    private (string Name, float? Alpha, float? Beta) Activation(LayerContext c, string setting, string defaultName)
    {
        string name = config[setting] is not { } json ? config.Json.TryGetProperty(setting, out _) ? "linear" : defaultName
            : json.ValueKind == System.Text.Json.JsonValueKind.String ? json.GetString()!
            : new LayerConfig(json)["config"] is { ValueKind: System.Text.Json.JsonValueKind.String } function ? function.GetString()!
            : new LayerConfig(json).Text("class_name", "");
        return name switch
        {
            "tanh" => ("Tanh", null, null),
            "sigmoid" => ("Sigmoid", null, null),
            "relu" => ("Relu", null, null),
            "linear" => ("Affine", 1, 0),
            "hard_sigmoid" => ("HardSigmoid", ActivationFunctions.HardSigmoidSlope(c.Dialect), 0.5f),
            "softsign" => ("Softsign", null, null),
            "softplus" => ("Softplus", null, null),
            "elu" => ("Elu", 1, null),
            _ => throw new UnsupportedOperatorException($"activation '{name}' inside a recurrent layer is not supported; tanh, sigmoid, hard_sigmoid, relu, elu, softsign, softplus and linear are"),
        };
    }
}
