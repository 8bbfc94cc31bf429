using System.Globalization;
using ModelBuild.Graphs;
using ModelBuild.Manifest;

namespace ModelBuild.Tool.Assets;

/// <summary>Makes the signature of a model from its header and the item's metadata.</summary>
internal sealed class SignatureBuilder
{
    /// <summary>Models up to this size are embedded unless the item says otherwise.</summary>
    public const long EmbeddedLimit = 256_000;

    // A description is a comment in generated code; a model file may hold one of any length.
    private const int MaxDocString = 4_000;

    private readonly AssetArguments _asset;
    private readonly AssetSettings _settings;
    private readonly Model _model;
    private readonly Func<Value, GraphType?> _types;

    private SignatureBuilder(AssetArguments asset, AssetSettings settings, Model model, Func<Value, GraphType?> types)
    {
        _types = types;
        _asset = asset;
        _settings = settings;
        _model = model;
    }

    /// <summary>Makes the signature.</summary>
    /// <param name="asset">The item.</param>
    /// <param name="settings">Its metadata.</param>
    /// <param name="model">The model.</param>
    /// <param name="types">The inferred type of an input or output: dimensions are numbers, symbols of the inputs and formulas over them, or unknown.</param>
    /// <param name="format">Name of the file's format.</param>
    /// <param name="hash">SHA-256 of the model file.</param>
    /// <param name="size">Bytes of the model with its external data.</param>
    /// <exception cref="ModelException">Metadata and model do not fit.</exception>
    public static ModelSignature Build(AssetArguments asset, AssetSettings settings, Model model, Func<Value, GraphType?> types, string format, string hash, long size) =>
        new SignatureBuilder(asset, settings, model, types).Build(format, hash, size);

    private ModelSignature Build(string format, string hash, long size)
    {
        List<Value> inputs = RequiredInputs(_model);
        CheckNames(inputs);
        (string backend, string reason) = BackendChoice.Decide(_asset, _settings, _model);
        return new ModelSignature
        {
            ClassName = _asset.Class,
            Namespace = _asset.Namespace,
            Accessibility = _settings.Accessibility,
            ModelFile = Path.GetFileName(_asset.Source),
            Format = format,
            ContentHash = hash,
            DocString = Shorten(_model.DocString.Length > 0 ? _model.DocString : _model.Graph.DocString),
            Producer = $"{_model.ProducerName} {_model.ProducerVersion}".Trim(),
            License = License(),
            Backend = backend,
            BackendReason = reason,
            ExecutionProviders = new(_settings.ExecutionProviders.DefaultIfEmpty("Cpu")),
            WeightsFile = $"models/{_asset.Class}{(backend == "Compiled" ? ".mbw" : ".onnx")}",
            Storage = _settings.Storage ?? (size <= EmbeddedLimit ? "Embedded" : "File"),
            Quantize = _settings.Quantize,
            Inputs = new(inputs.Where(i => !_settings.Constants.ContainsKey(i.Name)).Select(i => Tensor(i, isInput: true))),
            Outputs = new(_model.Graph.Outputs.Select(o => Tensor(o, isInput: false))),
            Constants = new(inputs.Where(i => _settings.Constants.ContainsKey(i.Name)).Select(Constant)),
            States = new(inputs.Where(i => _settings.States.ContainsKey(i.Name)).Select(State)),
            Contexts = new(inputs.Where(i => _settings.Contexts.ContainsKey(i.Name)).Select(Context)),
            Preprocess = new(PreprocessBinding.Bind(_asset, _settings.Preprocess, inputs)),
            Labels = new(Labels()),
            Tokenizer = _settings.Tokenizer is { } t ? $"models/{_asset.Class}.{Path.GetFileName(t)}" : "",
            Pooling = _settings.Pooling,
        };
    }

    /// <summary>Inputs that a caller gives: those without a default content. Older files list every weight as an input.</summary>
    public static List<Value> RequiredInputs(Model model) => [.. model.Graph.Inputs.Where(i => i.Initializer is null)];

    private void CheckNames(List<Value> inputs)
    {
        List<Value> outputs = _model.Graph.Outputs;
        foreach (string name in _settings.Rename.Keys)
        {
            if (!inputs.Exists(i => i.Name == name) && !outputs.Exists(o => o.Name == name))
            {
                throw _asset.Error("MB0010", $"Rename names '{name}', which is neither an input nor an output of the model. Inputs: {FixedShapes.Names(inputs)}. Outputs: {FixedShapes.Names(outputs)}.");
            }
        }

        foreach ((string what, IEnumerable<string> names) in new[] { ("Constants", _settings.Constants.Keys), ("State", _settings.States.Keys), ("Context", _settings.Contexts.Keys) })
        {
            if (names.FirstOrDefault(n => !inputs.Exists(i => i.Name == n)) is { } unknown)
            {
                throw _asset.Error("MB0010", $"{what} names '{unknown}', which is no input of the model. Inputs: {FixedShapes.Names(inputs)}.");
            }
        }

        if (_settings.Constants.Keys.FirstOrDefault(n => _settings.States.ContainsKey(n) || _settings.Contexts.ContainsKey(n)) is { } both)
        {
            throw _asset.Error("MB0003", $"'{both}' is constant and can't be state or context too.");
        }
    }

    private TensorSignature Tensor(Value value, bool isInput)
    {
        (string kind, ElementType element, Shape? shape) = Describe(TypeOf(value));
        if (element == ElementType.Undefined && kind == "tensor")
        {
            throw new ModelException("MB1009", $"The type of {(isInput ? "input" : "output")} '{value.Name}' is neither stated by the model nor found by inference. Export the model again with shape inference, for example onnx.shape_inference.infer_shapes.", _asset.Source);
        }

        string[] dimensions = shape is null ? [] : [.. shape.Select(d => d.ToString())];
        return new TensorSignature(
            value.Name, _settings.Rename.GetValueOrDefault(value.Name, value.Name), element.Name(), kind, shape is not null, new(dimensions), Shorten(value.DocString), isInput && value.Type is OptionalType);
    }

    /// <summary>Kind, element type and shape as signatures state them.</summary>
    public static (string Kind, ElementType Element, Shape? Shape) Describe(GraphType? type) => type switch
    {
        null => ("tensor", ElementType.Undefined, null),
        TensorType t => ("tensor", t.ElementType, t.Shape),
        SparseTensorType s => ("sparse", s.ElementType, s.Shape),
        SequenceType s => ("sequence", Describe(s.Element).Element, null),
        OptionalType o => ("optional", Describe(o.Element).Element, Describe(o.Element).Shape),
        MapType m => ("map", Describe(m.Value).Element, null),
        _ => ("opaque", ElementType.Undefined, null),
    };

    private GraphType? TypeOf(Value value) => _types(value) ?? value.Type;

    private ConstantSignature Constant(Value input)
    {
        double value = _settings.Constants[input.Name];
        if (input.Tensor is not { Shape: { IsFixed: true } shape, ElementType: var element })
        {
            throw _asset.Error("MB0003", $"Constants names '{input.Name}' of type {Text(input.Type)}: only an input of fixed shape can be constant. Give its shape with InputShapes=\"{input.Name}=...\".");
        }

        if (!Fits(value, element))
        {
            throw _asset.Error("MB0003", $"Constants gives '{input.Name}' the value {value.ToString(CultureInfo.InvariantCulture)}, which its type {element.Name()} can't hold.");
        }

        return new ConstantSignature(input.Name, element.Name(), new(shape.Select(d => d.ToString())), value.ToString("R", CultureInfo.InvariantCulture));
    }

    private static bool Fits(double value, ElementType type)
    {
        (double low, double high) = type switch
        {
            ElementType.Bool => (0, 1),
            ElementType.UInt8 => (byte.MinValue, byte.MaxValue),
            ElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            ElementType.UInt16 => (ushort.MinValue, ushort.MaxValue),
            ElementType.Int16 => (short.MinValue, short.MaxValue),
            ElementType.UInt32 => (uint.MinValue, uint.MaxValue),
            ElementType.Int32 => (int.MinValue, int.MaxValue),
            // Up to 2^53 every integer has a double of its own.
            ElementType.UInt64 => (0, 9007199254740992d),
            ElementType.Int64 => (-9007199254740992d, 9007199254740992d),
            ElementType.Float16 => (-65504d, 65504d),
            ElementType.Float32 or ElementType.BFloat16 => (-float.MaxValue, float.MaxValue),
            ElementType.Float64 => (double.MinValue, double.MaxValue),
            _ => (1, 0),
        };
        return value >= low && value <= high && (type.IsFloat() || value == Math.Floor(value));
    }

    private StateSignature State(Value input)
    {
        string name = _settings.States[input.Name];
        Value output = _model.Graph.Outputs.Find(o => o.Name == name)
            ?? throw _asset.Error("MB0010", $"State feeds '{input.Name}' from '{name}', which is no output of the model. Outputs: {FixedShapes.Names(_model.Graph.Outputs)}.");
        if (input.Tensor is not { } inType || output.Tensor is not { } outType || inType.ElementType != outType.ElementType
            || (inType.Shape is { } a && outType.Shape is { } b && (a.Rank != b.Rank || a.Zip(b).Any(p => p.First.IsFixed && p.Second.IsFixed && p.First != p.Second))))
        {
            throw _asset.Error("MB0003", $"State feeds '{input.Name}' ({Text(input.Type)}) from '{name}' ({Text(output.Type)}): they differ.");
        }

        return new StateSignature(input.Name, name);
    }

    private ContextSignature Context(Value input)
    {
        int count = _settings.Contexts[input.Name];
        if (input.Tensor is not { Shape: { Rank: > 0 } shape } || shape[shape.Rank - 1] is { IsFixed: true } last && last.Value <= count)
        {
            throw _asset.Error("MB0003", $"Context carries {count} elements of '{input.Name}' ({Text(input.Type)}): its last dimension must be longer than that.");
        }

        return new ContextSignature(input.Name, count);
    }

    private IReadOnlyList<string> Labels()
    {
        if (_settings.Labels.Count > 0 && _model.Graph.Outputs.FirstOrDefault() is { } output && Describe(TypeOf(output)) is (_, _, { Rank: > 0 } shape))
        {
            // Scores may carry trailing dimensions of 1, such as [1,1000,1,1].
            long classes = shape.Any(d => !d.IsFixed) ? (shape[shape.Rank - 1].IsFixed ? shape[shape.Rank - 1].Value : -1) : shape.Select(d => d.Value).DefaultIfEmpty(1).Max();
            if (classes > 1 && classes != _settings.Labels.Count)
            {
                throw _asset.Error("MB0003", $"Labels has {_settings.Labels.Count} names, output '{output.Name}' {shape} has {classes} classes.");
            }
        }

        return _settings.Labels;
    }

    private string License()
    {
        foreach (string key in new[] { "license", "licence", "license_name", "spdx" })
        {
            if (_model.Metadata.FirstOrDefault(m => m.Key.Equals(key, StringComparison.OrdinalIgnoreCase)) is { Value.Length: > 0 } found)
            {
                return Shorten(found.Value);
            }
        }

        return "";
    }

    private static string Text(GraphType? type)
    {
        (string kind, ElementType element, Shape? shape) = Describe(type);
        return $"{(kind == "tensor" ? "" : kind + " of ")}{element.Name()}{shape?.ToString() ?? "[...]"}";
    }

    private static string Shorten(string text) => text.Length <= MaxDocString ? text : text[..MaxDocString] + "...";
}
