using System.Text.Json;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Config;

/// <summary>Reads the JSON of a model, in the dialects of Keras 1 to 3 and of TensorFlow.js.</summary>
internal sealed class ConfigParser(string path)
{
    private const int MaxNesting = 48;

    private static readonly JsonElement s_null = JsonDocument.Parse("null").RootElement;
    private static readonly JsonElement s_empty = JsonDocument.Parse("{}").RootElement;

    private int _depth;

    /// <summary>Parses text as JSON. Python's NaN and Infinity, which JSON doesn't have, are not accepted.</summary>
    /// <exception cref="ModelException">MB1001 or MB1010.</exception>
    public static JsonDocument ParseJson(ReadOnlyMemory<byte> utf8, string path, string part)
    {
        try
        {
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 512 });
        }
        catch (JsonException e) when (e.Message.Contains("depth", StringComparison.Ordinal))
        {
            throw new ModelException("MB1010", $"{part} is nested deeper than 512 levels.", path, e);
        }
        catch (JsonException e)
        {
            throw new ModelException("MB1001", $"The file is damaged: {part} is not valid JSON near line {e.LineNumber + 1}, byte {e.BytePositionInLine}.", path, e);
        }
    }

    /// <summary>Whether a JSON object describes a network, and not another class.</summary>
    public static bool IsNetwork(JsonElement json) => json.ValueKind == JsonValueKind.Object && ClassName(json) is "Sequential" or "Functional" or "Model" && new LayerConfig(json)["config"] is { } c
        && (c.ValueKind == JsonValueKind.Array || (c.ValueKind == JsonValueKind.Object && c.TryGetProperty("layers", out _)));

    /// <summary>Class of a layer. Operations of Keras 3 that are used as layers get the prefix <c>ops.</c>, as some have the name of a layer.</summary>
    public static string ClassName(JsonElement json)
    {
        var layer = new LayerConfig(json);
        string name = layer["class_name"] is { ValueKind: JsonValueKind.String } c ? c.GetString()! : "";
        string module = layer["module"] is { ValueKind: JsonValueKind.String } m ? m.GetString()! : "";
        return module.Contains(".ops.", StringComparison.Ordinal) || module.EndsWith(".ops", StringComparison.Ordinal) ? "ops." + name : name;
    }

    /// <summary>Reads a network.</summary>
    /// <exception cref="ModelException">MB1001: something is missing or of another type. MB1010: networks are nested too deeply.</exception>
    public NetworkConfig Parse(JsonElement json)
    {
        if (++_depth > MaxNesting)
        {
            throw new ModelException("MB1010", $"Models are nested deeper than {MaxNesting} levels.", path);
        }

        try
        {
            JsonElement config = new LayerConfig(json)["config"] ?? throw Damaged("a model has no 'config'");
            return ClassName(json) == "Sequential" ? Sequential(config) : Functional(config);
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>Reads the description of a layer, without its uses.</summary>
    public LayerDescription Layer(JsonElement json)
    {
        string className = ClassName(json);
        if (className.Length == 0)
        {
            throw Damaged("a layer has no 'class_name'");
        }

        JsonElement config = new LayerConfig(json)["config"] ?? s_empty;
        string? name = TextOf(json, "name") ?? TextOf(config, "name");
        NetworkConfig? network = IsNetwork(json) ? Parse(json) : null;
        return new LayerDescription(className, name ?? network?.Name ?? className, new LayerConfig(config)) { Network = network };
    }

    private NetworkConfig Functional(JsonElement config)
    {
        var layers = new List<LayerDescription>();
        foreach (JsonElement item in Items(config, "layers"))
        {
            LayerDescription layer = Layer(item);
            if (item.TryGetProperty("inbound_nodes", out JsonElement nodes) && nodes.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement node in nodes.EnumerateArray())
                {
                    layer.Calls.Add(Call(node));
                }
            }

            layers.Add(layer);
        }

        var inputs = new List<TensorReference>();
        var outputs = new List<TensorReference>();
        Collect(new LayerConfig(config)["input_layers"] ?? s_null, inputs);
        Collect(new LayerConfig(config)["output_layers"] ?? s_null, outputs);
        return outputs.Count > 0
            ? Renumber(new NetworkConfig(TextOf(config, "name") ?? "model", false, layers, inputs, outputs))
            : throw Damaged("a model has no 'output_layers'");
    }

    private NetworkConfig Sequential(JsonElement config)
    {
        // Keras 1 and early 2: the list itself.
        string name = config.ValueKind == JsonValueKind.Object ? TextOf(config, "name") ?? "sequential" : "sequential";
        IEnumerable<JsonElement> items = config.ValueKind == JsonValueKind.Array ? config.EnumerateArray() : Items(config, "layers");
        List<LayerDescription> layers = [.. items.Select(Layer)];
        if (layers.Count == 0)
        {
            throw Damaged($"model '{name}' has no layers");
        }

        if (layers[0].ClassName != "InputLayer")
        {
            layers.Insert(0, new LayerDescription("InputLayer", layers[0].Name + "_input", SequentialInput(config, layers[0])));
        }

        for (int i = 1; i < layers.Count; i++)
        {
            var input = new TensorReference(layers[i - 1].Name, 0, 0);
            layers[i].Calls.Add(new CallConfig([input], [new Argument([input], s_null)], new Dictionary<string, Argument>()));
        }

        return new NetworkConfig(name, true, layers, [new TensorReference(layers[0].Name, 0, 0)], [new TensorReference(layers[^1].Name, 0, 0)]);
    }

    private static LayerConfig SequentialInput(JsonElement config, LayerDescription first)
    {
        JsonElement? shape = first.Config["batch_input_shape"] ?? first.Config["batch_shape"] ?? first.Network?.Layers.FirstOrDefault(l => l.ClassName == "InputLayer")?.Config["batch_input_shape"]
            ?? first.Network?.Layers.FirstOrDefault(l => l.ClassName == "InputLayer")?.Config["batch_shape"]
            ?? new LayerConfig(config)["build_input_shape"];
        // Keras 1: without the batch.
        JsonElement? withoutBatch = shape is null ? first.Config["input_shape"] : null;
        if (shape is null && withoutBatch is null)
        {
            return new LayerConfig(s_empty);
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("batch_input_shape");
            if (shape is { } whole)
            {
                whole.WriteTo(writer);
            }
            else
            {
                writer.WriteStartArray();
                writer.WriteNullValue();
                foreach (JsonElement size in withoutBatch!.Value.ValueKind == JsonValueKind.Array ? withoutBatch.Value.EnumerateArray() : default)
                {
                    size.WriteTo(writer);
                }

                writer.WriteEndArray();
            }

            if (first.Config["dtype"] is { } type)
            {
                writer.WritePropertyName("dtype");
                type.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return new LayerConfig(JsonDocument.Parse(stream.ToArray()).RootElement);
    }

    // Keras 3: {"args", "kwargs"}. Before: a list of [layer, call, output, named arguments], or a single one.
    private static CallConfig Call(JsonElement node)
    {
        var named = new Dictionary<string, Argument>(StringComparer.Ordinal);
        var arguments = new List<Argument>();
        if (node.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonElement item in Items(node, "args"))
            {
                arguments.Add(ToArgument(item));
            }

            AddNamed(node.TryGetProperty("kwargs", out JsonElement kwargs) ? kwargs : s_null, named);
        }
        else if (node.ValueKind == JsonValueKind.Array)
        {
            bool isSingle = IsReference(node);
            foreach (JsonElement item in isSingle ? [node] : node.EnumerateArray().AsEnumerable())
            {
                arguments.Add(ToArgument(item));
                if (IsReference(item) && item.GetArrayLength() > 3)
                {
                    AddNamed(item[3], named);
                }
            }
        }

        return new CallConfig([.. arguments.SelectMany(a => a.Tensors)], arguments, named);
    }

    private static void AddNamed(JsonElement json, Dictionary<string, Argument> named)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in json.EnumerateObject())
            {
                named[property.Name] = ToArgument(property.Value);
            }
        }
    }

    private static Argument ToArgument(JsonElement json)
    {
        var tensors = new List<TensorReference>();
        Collect(json, tensors);
        return new Argument(tensors, json);
    }

    private static bool IsReference(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array && json.GetArrayLength() >= 3 && json[0].ValueKind == JsonValueKind.String && json[1].ValueKind == JsonValueKind.Number && json[2].ValueKind == JsonValueKind.Number;

    private static void Collect(JsonElement json, List<TensorReference> tensors)
    {
        if (IsReference(json) && json[1].TryGetInt32(out int call) && json[2].TryGetInt32(out int output))
        {
            tensors.Add(new TensorReference(json[0].GetString()!, call, output));
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in json.EnumerateArray())
            {
                Collect(item, tensors);
            }
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            if (json.TryGetProperty("class_name", out JsonElement c) && c.ValueKind == JsonValueKind.String && c.ValueEquals("__keras_tensor__"))
            {
                Collect(json.TryGetProperty("config", out JsonElement config) && config.ValueKind == JsonValueKind.Object && config.TryGetProperty("keras_history", out JsonElement history) ? history : s_null, tensors);
                return;
            }

            foreach (JsonProperty property in json.EnumerateObject())
            {
                Collect(property.Value, tensors);
            }
        }
    }

    /// <summary>
    /// Most versions count the calls of a nested model from 1, since a model is born with one of its own; then a reference reaches past the calls that are there.
    /// </summary>
    private static NetworkConfig Renumber(NetworkConfig network)
    {
        var nested = network.Layers.Where(l => l.Network is not null).ToDictionary(l => l.Name, l => l.Calls.Count, StringComparer.Ordinal);
        if (nested.Count == 0)
        {
            return network;
        }

        HashSet<string> fromOne = [.. network.Layers.SelectMany(l => l.Calls).SelectMany(c => c.AllTensors).Concat(network.Outputs)
            .Where(t => nested.TryGetValue(t.Layer, out int calls) && t.Call >= calls).Select(t => t.Layer)];
        TensorReference Shift(TensorReference t) => fromOne.Contains(t.Layer) ? t with { Call = t.Call - 1 } : t;
        Argument ShiftArgument(Argument a) => a with { Tensors = [.. a.Tensors.Select(Shift)] };
        return network with
        {
            Layers = [.. network.Layers.Select(l => l with
            {
                Calls = [.. l.Calls.Select(c => new CallConfig([.. c.Inputs.Select(Shift)], [.. c.Arguments.Select(ShiftArgument)], c.Named.ToDictionary(n => n.Key, n => ShiftArgument(n.Value))))],
            })],
            Outputs = [.. network.Outputs.Select(Shift)],
        };
    }

    private static JsonElement[] Items(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement items) && items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [];

    private static string? TextOf(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;

    private ModelException Damaged(string detail) => FileProblem.Damaged(path, detail);
}
