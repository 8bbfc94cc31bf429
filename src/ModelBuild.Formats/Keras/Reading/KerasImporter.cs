using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Layers;
using ModelBuild.Formats.Keras.Weights;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.Keras.Reading;

/// <summary>Turns a network's description and weights into a graph.</summary>
internal sealed class KerasImporter
{
    private readonly string _path;
    private readonly ModelReadOptions _options;
    private readonly UnsupportedOperators _unsupported = new();

    private KerasImporter(Model model, string path, ModelReadOptions options, KerasDialect dialect)
    {
        _path = path;
        _options = options;
        Dialect = dialect;
        Builder = new GraphBuilder(model);
    }

    /// <summary>Where nodes go.</summary>
    public GraphBuilder Builder { get; }

    /// <summary>Which Keras.</summary>
    public KerasDialect Dialect { get; }

    /// <summary>Fills a model's graph.</summary>
    /// <exception cref="ModelException">MB1001, MB1013 or MB1016.</exception>
    public static void Import(Model model, NetworkConfig network, LayerWeights weights, string path, ModelReadOptions options, KerasDialect dialect)
    {
        var importer = new KerasImporter(model, path, options, dialect);
        try
        {
            importer.Run(network, weights);
        }
        catch (Exception e) when (e is OverflowException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            // Sizes of the file that contradict each other come to light wherever they are first used together.
            throw new ModelException("MB1001", $"The file is damaged: settings or weights of layer '{importer.Builder.Scope}' contradict each other: {e.Message.ReplaceLineEndings(" ")}", path, e);
        }
    }

    /// <summary>The error for a file whose parts contradict each other.</summary>
    public ModelException Damaged(string detail) => FileProblem.Damaged(_path, detail);

    /// <summary>Reads the description of a layer inside another one's settings.</summary>
    public LayerDescription Describe(System.Text.Json.JsonElement json) => new ConfigParser(_path).Layer(json);

    /// <summary>A variable of a layer as 32-bit floats.</summary>
    /// <exception cref="ModelException">MB1001: it is missing, or has another number of dimensions.</exception>
    public TensorData Weight(LayerInstance layer, IReadOnlyList<string> names, int index, int rank) =>
        layer.Weights.Find(names, index) is not { } data ? throw Damaged($"weight '{names[index]}' of layer '{layer.Description.Name}' is missing")
        : data.Rank != rank ? throw Damaged($"weight '{names[index]}' of layer '{layer.Description.Name}' has {data.Rank} dimensions, not {rank}")
        : data.ToFloat32();

    /// <summary>Makes the layers of a network.</summary>
    public static Dictionary<string, LayerInstance> Instances(NetworkConfig network, LayerWeights weights)
    {
        // A Sequential model doesn't count its input among its layers.
        LayerDescription[] layers = [.. network.Layers.Where(l => !network.IsSequential || l.ClassName != "InputLayer")];
        IReadOnlyList<LayerWeights> parts = weights.Layers([.. layers.Select(l => (l.Name, l.ClassName))]);
        var instances = new Dictionary<string, LayerInstance>(StringComparer.Ordinal);
        for (int i = 0; i < layers.Length; i++)
        {
            instances[layers[i].Name] = new LayerInstance(layers[i], parts[i]);
        }

        foreach (LayerDescription input in network.Layers)
        {
            instances.TryAdd(input.Name, new LayerInstance(input, LayerWeights.None));
        }

        return instances;
    }

    /// <summary>Applies a layer.</summary>
    /// <param name="instance">The layer.</param>
    /// <param name="inputs">Positional inputs.</param>
    /// <param name="call">The use.</param>
    /// <param name="resolve">Finds the tensors of named arguments.</param>
    /// <param name="scope">Name of the layer with those of the models around it.</param>
    public KerasTensor[] Apply(LayerInstance instance, IReadOnlyList<KerasTensor> inputs, CallConfig call, Func<TensorReference, KerasTensor> resolve, string scope)
    {
        LayerDescription description = instance.Description;
        if (description.Network is { } inner)
        {
            instance.Layers ??= Instances(inner, instance.Weights);
            if (inner.Inputs.Count > inputs.Count)
            {
                throw Damaged($"model '{scope}' takes {inner.Inputs.Count} inputs and gets {inputs.Count}");
            }

            return RunNetwork(inner, instance.Layers, inputs, scope);
        }

        Builder.Scope = scope;
        var context = new LayerContext(this, instance, inputs, call, resolve);
        try
        {
            if (LayerList.Find(description.ClassName) is not { } layer)
            {
                throw new UnsupportedOperatorException(LayerList.Reason(description.ClassName));
            }

            if (layer.KeepsMask)
            {
                context.OutputMask = CommonMask(inputs);
            }

            Value[] outputs = layer.Read(context);
            return [.. outputs.Select((o, i) => new KerasTensor(o, i == 0 ? context.OutputMask : null))];
        }
        catch (UnsupportedOperatorException e)
        {
            _unsupported.Add(description.ClassName, scope, e.Message);
            return [.. Enumerable.Range(0, 4).Select(_ => new KerasTensor(Builder.AddMany("Placeholder", [], 1)[0]))];
        }
    }

    private void Run(NetworkConfig network, LayerWeights weights)
    {
        Dictionary<string, LayerInstance> layers = Instances(network, weights);
        var inputs = new List<KerasTensor>();
        foreach (TensorReference reference in network.Inputs)
        {
            if (!layers.TryGetValue(reference.Layer, out LayerInstance? layer))
            {
                throw Damaged($"input layer '{reference.Layer}' is missing");
            }

            inputs.Add(new KerasTensor(Input(layer.Description)));
        }

        KerasTensor[] outputs = RunNetwork(network, layers, inputs, "");
        _unsupported.ThrowIfRead(_path);
        Builder.Scope = "";
        for (int i = 0; i < outputs.Length; i++)
        {
            LayerDescription last = layers[network.Outputs[i].Layer].Description;
            ElementType type = ComputeType(last.Config);
            Value value = outputs[i].Value;
            Builder.Output(Builder.ElementOf(value) == ElementType.Float32 && type is ElementType.Float16 or ElementType.Float64 or ElementType.BFloat16 ? Builder.Cast(value, type) : value, last.Name);
        }
    }

    private Value Input(LayerDescription layer)
    {
        long[]? sizes = _options.InputShapes.TryGetValue(layer.Name, out long[]? given) ? given : layer.Config.Ints("batch_input_shape") ?? layer.Config.Ints("batch_shape");
        if (sizes is null && layer.Config.Ints("shape") is { } withoutBatch)
        {
            sizes = [-1, .. withoutBatch];
        }

        if (sizes is null)
        {
            throw new ModelException("MB1016", $"The model does not say which shape its input '{layer.Name}' has. State it: InputShapes=\"{layer.Name}=1,...\".", _path);
        }

        var dimensions = new Dimension[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            dimensions[i] = sizes[i] >= 0 ? sizes[i] : i == 0 ? Dimension.Named("batch") : Dimension.Unknown;
        }

        ElementType type = layer.Config.Has("dtype") ? ComputeType(layer.Config) : ElementType.Float32;
        Value input = Builder.Input(layer.Name, type, new Shape(dimensions));
        return type is ElementType.Float16 or ElementType.Float64 or ElementType.BFloat16 ? Builder.Cast(input, ElementType.Float32) : input;
    }

    private KerasTensor[] RunNetwork(NetworkConfig network, Dictionary<string, LayerInstance> layers, IReadOnlyList<KerasTensor> inputs, string scope)
    {
        var results = new Dictionary<(string Layer, int Call), KerasTensor[]>();
        for (int i = 0; i < network.Inputs.Count; i++)
        {
            results[(network.Inputs[i].Layer, 0)] = [inputs[i]];
        }

        // Calls wait for their inputs: the file's order of layers is not that of their uses.
        var waiting = new Dictionary<(string, int), List<(LayerInstance Layer, int Call)>>();
        var ready = new Queue<(LayerInstance Layer, int Call)>();
        foreach (LayerDescription layer in network.Layers)
        {
            for (int i = 0; i < layer.Calls.Count; i++)
            {
                ready.Enqueue((layers[layer.Name], i));
            }
        }

        KerasTensor Resolve(TensorReference r) => results[(r.Layer, r.Call)] is var outputs && (uint)r.Output < (uint)outputs.Length
            ? outputs[r.Output]
            : throw Damaged($"layer '{r.Layer}' has no output {r.Output}");
        while (ready.TryDequeue(out (LayerInstance Layer, int Call) use))
        {
            CallConfig call = use.Layer.Description.Calls[use.Call];
            string name = use.Layer.Description.Name;
            TensorReference? missing = call.AllTensors.Where(t => !results.ContainsKey((t.Layer, t.Call))).Select(t => (TensorReference?)t).FirstOrDefault();
            if (missing is { } m)
            {
                if (!waiting.TryGetValue((m.Layer, m.Call), out List<(LayerInstance Layer, int Call)>? list))
                {
                    waiting.Add((m.Layer, m.Call), list = []);
                }

                list.Add(use);
                continue;
            }

            results[(name, use.Call)] = Apply(use.Layer, [.. call.Inputs.Select(Resolve)], call, Resolve, scope.Length > 0 ? $"{scope}/{name}" : name);
            if (waiting.Remove((name, use.Call), out List<(LayerInstance Layer, int Call)>? freed))
            {
                freed.ForEach(ready.Enqueue);
            }
        }

        return [.. network.Outputs.Select(o => results.ContainsKey((o.Layer, o.Call)) ? Resolve(o) : throw Damaged($"nothing computes output {o.Output} of layer '{o.Layer}'"))];
    }

    private Value? CommonMask(IReadOnlyList<KerasTensor> inputs)
    {
        if (inputs.Count == 0 || inputs.Any(i => i.Mask is null))
        {
            return null;
        }

        Value mask = inputs[0].Mask!;
        for (int i = 1; i < inputs.Count; i++)
        {
            mask = ReferenceEquals(inputs[i].Mask, mask) ? mask : Builder.Add("And", [mask, inputs[i].Mask]);
        }

        return mask;
    }

    // Computation is in 32-bit floats, whatever the policy; only the model's own inputs and outputs keep their types.
    private static ElementType ComputeType(LayerConfig config)
    {
        string name = config["dtype"] is not { } type ? "float32"
            : type.ValueKind == System.Text.Json.JsonValueKind.String ? type.GetString()!
            : new LayerConfig(type)["config"] is { } inner ? new LayerConfig(inner).Text("name", "float32")
            : "float32";
        return name switch
        {
            "float16" or "mixed_float16" => ElementType.Float16,
            "bfloat16" or "mixed_bfloat16" => ElementType.BFloat16,
            "float64" => ElementType.Float64,
            "int8" => ElementType.Int8,
            "int16" => ElementType.Int16,
            "int32" => ElementType.Int32,
            "int64" => ElementType.Int64,
            "uint8" => ElementType.UInt8,
            "uint16" => ElementType.UInt16,
            "uint32" => ElementType.UInt32,
            "uint64" => ElementType.UInt64,
            "bool" => ElementType.Bool,
            "string" => ElementType.String,
            _ => ElementType.Float32,
        };
    }
}
