using System.Text.Json;
using ModelBuild.Formats.Importing;
using ModelBuild.Formats.Keras.Config;
using ModelBuild.Formats.Keras.Weights;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.Keras.Reading;

/// <summary>Which Keras a file follows, where behaviours differ.</summary>
/// <param name="Major">Keras' main version.</param>
/// <param name="IsTensorFlowJs">Whether TensorFlow.js runs it.</param>
internal readonly record struct KerasDialect(int Major, bool IsTensorFlowJs);

/// <summary>A layer with its weights, shared by all its uses.</summary>
internal sealed class LayerInstance(LayerDescription description, LayerWeights weights)
{
    private readonly Dictionary<string, Value> _constants = new(StringComparer.Ordinal);

    public LayerDescription Description => description;

    public LayerWeights Weights => weights;

    /// <summary>Inner layers by the attribute that holds them.</summary>
    public Dictionary<string, LayerInstance> Inner { get; } = new(StringComparer.Ordinal);

    /// <summary>Layers of the network that the layer is.</summary>
    public Dictionary<string, LayerInstance>? Layers { get; set; }

    /// <summary>A constant that is made once for all uses.</summary>
    public Value Constant(string key, Func<Value> make)
    {
        if (!_constants.TryGetValue(key, out Value? value))
        {
            value = make();
            _constants.Add(key, value);
        }

        return value;
    }
}

/// <summary>One use of a layer while it is read.</summary>
internal sealed class LayerContext(KerasImporter importer, LayerInstance instance, IReadOnlyList<KerasTensor> inputs, CallConfig call, Func<TensorReference, KerasTensor> resolve)
{
    /// <summary>Where nodes go.</summary>
    public GraphBuilder B => importer.Builder;

    /// <summary>The importer, for layers that hold layers.</summary>
    public KerasImporter Importer => importer;

    /// <summary>The layer.</summary>
    public LayerInstance Instance => instance;

    /// <summary>Class of the layer.</summary>
    public string ClassName => instance.Description.ClassName;

    /// <summary>Settings.</summary>
    public LayerConfig Config => instance.Description.Config;

    /// <summary>Which Keras.</summary>
    public KerasDialect Dialect => importer.Dialect;

    /// <summary>Inputs.</summary>
    public IReadOnlyList<KerasTensor> Inputs => inputs;

    /// <summary>The use.</summary>
    public CallConfig Call => call;

    /// <summary>The mask of the outputs; set by layers that make or change it.</summary>
    public Value? OutputMask { get; set; }

    /// <summary>The first input.</summary>
    public Value X => inputs.Count > 0 ? inputs[0].Value : throw new UnsupportedOperatorException("it has no input");

    /// <summary>The first input as floats.</summary>
    public Value Float => ToFloat(X);

    /// <summary>Number of dimensions of the first input.</summary>
    public int Rank => RankOf(X);

    /// <summary>Whether channels come last. The setting's default is Keras' own.</summary>
    public bool ChannelsLast => Config.Text("data_format", "channels_last") != "channels_first";

    /// <summary>Number of dimensions.</summary>
    public int RankOf(Value value) => B.RankOf(value) ?? throw new UnsupportedOperatorException("the number of its input's dimensions is not known");

    /// <summary>Size of an axis when it is a number, else -1.</summary>
    public long SizeOf(Value value, int axis) => B.ShapeOf(value) is { } s && axis < s.Rank && s[axis].IsFixed ? s[axis].Value : -1;

    /// <summary>A value as 32-bit floats.</summary>
    public Value ToFloat(Value value) => B.ElementOf(value) == ElementType.Undefined ? value : B.Cast(value, ElementType.Float32);

    /// <summary>Tensors of a named argument.</summary>
    public IReadOnlyList<KerasTensor> Tensors(string name) => call.Named.TryGetValue(name, out Argument? a) ? [.. a.Tensors.Select(resolve)] : [];

    /// <summary>The tensor of a reference.</summary>
    public KerasTensor Resolve(TensorReference reference) => resolve(reference);

    /// <summary>Whether a named argument is the constant true.</summary>
    public bool IsTrue(string name) => call.Named.TryGetValue(name, out Argument? a) && a.Tensors.Count == 0 && a.Constant.ValueKind == JsonValueKind.True;

    /// <summary>A variable of the layer as 32-bit floats in another layout, made once for all uses.</summary>
    /// <param name="names">Names of all variables of the layer, in Keras' order.</param>
    /// <param name="name">Which of them.</param>
    /// <param name="rank">Dimensions that it must have.</param>
    /// <param name="transform">What is done to it.</param>
    /// <exception cref="ModelException">MB1001: it is missing or of another shape.</exception>
    public Value Weight(IReadOnlyList<string> names, string name, int rank, Func<TensorData, TensorData>? transform = null) =>
        instance.Constant(name, () =>
        {
            TensorData data = WeightData(names, name);
            if (data.Rank != rank)
            {
                throw importer.Damaged($"weight '{name}' of layer '{instance.Description.Name}' has {data.Rank} dimensions, not {rank}");
            }

            try
            {
                data = data.ToFloat32();
                return B.Constant(transform is null ? data : transform(data), $"{B.Scope}/{name}");
            }
            catch (ArgumentException e)
            {
                throw importer.Damaged($"weight '{name}' of layer '{instance.Description.Name}' does not fit: {e.Message}");
            }
        });

    /// <summary>A variable of the layer as it is stored.</summary>
    /// <exception cref="ModelException">MB1001: it is missing.</exception>
    public TensorData WeightData(IReadOnlyList<string> names, string name) =>
        instance.Weights.Find(names, Array.IndexOf([.. names], name)) ?? throw importer.Damaged($"weight '{name}' of layer '{instance.Description.Name}' is missing; the file has {(instance.Weights.Own.Count == 0 ? "none of this layer" : string.Join(", ", instance.Weights.Own.Take(8).Select(w => w.Name)))}");

    /// <summary>Small numbers of a variable, for layers that compute with them while they are read.</summary>
    public float[] Numbers(TensorData data)
    {
        try
        {
            return data.ToFloat32().As<float>().ToArray();
        }
        catch (ArgumentException e)
        {
            throw importer.Damaged($"a weight of layer '{instance.Description.Name}' does not fit: {e.Message}");
        }
    }

    /// <summary>A constant of floats, made once for all uses.</summary>
    public Value Floats(string key, ReadOnlySpan<long> dimensions, float[] values)
    {
        long[] sizes = dimensions.ToArray();
        return instance.Constant(key, () => B.Constant(TensorData.Create<float>(ElementType.Float32, sizes, values), $"{B.Scope}/{key}"));
    }

    /// <summary>Channels to axis 1, when they are last.</summary>
    public Value ToChannelsFirst(Value value)
    {
        int rank = RankOf(value);
        return ChannelsLast ? B.Transpose(value, [0, rank - 1, .. Enumerable.Range(1, rank - 2)]) : value;
    }

    /// <summary>Channels back to where they were.</summary>
    public Value FromChannelsFirst(Value value)
    {
        int rank = RankOf(value);
        return ChannelsLast ? B.Transpose(value, [0, .. Enumerable.Range(2, rank - 2), 1]) : value;
    }

    /// <summary>An axis counted from the front.</summary>
    public static int Axis(long axis, int rank)
    {
        long positive = axis < 0 ? axis + rank : axis;
        return positive >= 0 && positive < rank ? (int)positive : throw new UnsupportedOperatorException($"axis {axis} is outside its input of {rank} dimensions");
    }

    /// <summary>Applies the activation function of a setting.</summary>
    public Value Activate(Value value, string setting = "activation") => Layers.ActivationFunctions.Apply(this, value, Config[setting]);

    /// <summary>Checks what a layer can't do without.</summary>
    /// <exception cref="UnsupportedOperatorException">It is not so.</exception>
    public static void Require(bool condition, string reason)
    {
        if (!condition)
        {
            throw new UnsupportedOperatorException(reason);
        }
    }
}
