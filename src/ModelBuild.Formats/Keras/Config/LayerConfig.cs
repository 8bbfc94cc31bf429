using System.Text.Json;
using ModelBuild.Formats.Importing;

namespace ModelBuild.Formats.Keras.Config;

/// <summary>The settings of a layer. A setting that is missing or null has the default that is asked with.</summary>
/// <param name="Json">The JSON object.</param>
internal readonly record struct LayerConfig(JsonElement Json)
{
    /// <summary>A setting, or null when it is missing or null.</summary>
    public JsonElement? this[string name] =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Whether a setting is there and not null.</summary>
    public bool Has(string name) => this[name] is not null;

    /// <summary>An integer.</summary>
    public long Int(string name, long defaultValue) => this[name] is not { } v ? defaultValue : ToInt(name, v);

    /// <summary>An integer that must be there.</summary>
    public long Int(string name) => this[name] is { } v ? ToInt(name, v) : throw new UnsupportedOperatorException($"its setting '{name}' is missing");

    /// <summary>A number.</summary>
    public double Number(string name, double defaultValue) => this[name] is not { } v ? defaultValue
        : v.ValueKind == JsonValueKind.Object ? new LayerConfig(v)["config"] is { } inner && new LayerConfig(inner)["value"] is { } scalar ? ToNumber(name, scalar) : throw Wrong(name, "a number")
        : ToNumber(name, v);

    /// <summary>A flag.</summary>
    public bool Flag(string name, bool defaultValue) => this[name] is not { } v ? defaultValue
        : v.ValueKind is JsonValueKind.True or JsonValueKind.False ? v.GetBoolean()
        : v.ValueKind == JsonValueKind.Number ? ToNumber(name, v) != 0
        : throw Wrong(name, "true or false");

    /// <summary>A text.</summary>
    public string Text(string name, string defaultValue) => this[name] is not { } v ? defaultValue : v.ValueKind == JsonValueKind.String ? v.GetString()! : throw Wrong(name, "a text");

    /// <summary>A list of integers, or null. A single integer is a list of one.</summary>
    public long[]? Ints(string name) => this[name] is { } v ? ToInts(name, v) : null;

    /// <summary>A list of numbers, or null. A single number is a list of one.</summary>
    public double[]? Numbers(string name)
    {
        if (this[name] is not { } v)
        {
            return null;
        }

        var numbers = new List<double>();
        Flatten(name, v, numbers);
        return [.. numbers];
    }

    /// <summary>Sizes such as <c>kernel_size</c>: one integer for all axes, or one per axis.</summary>
    public long[] Sizes(string name, int rank, long defaultValue = 1)
    {
        long[] sizes = Ints(name) ?? [defaultValue];
        if (sizes.Length == 1 && rank > 1)
        {
            sizes = [.. Enumerable.Repeat(sizes[0], rank)];
        }

        return sizes.Length == rank && sizes.All(s => s > 0) ? sizes : throw Wrong(name, $"{rank} positive integers");
    }

    /// <summary>The inner layer of a wrapper, or null.</summary>
    public JsonElement? Inner(string name) => this[name] is { ValueKind: JsonValueKind.Object } v ? v : null;

    private static void Flatten(string name, JsonElement value, List<double> numbers)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in value.EnumerateArray())
            {
                Flatten(name, item, numbers);
            }
        }
        else if (value.ValueKind == JsonValueKind.Object && new LayerConfig(value)["config"] is { } inner && new LayerConfig(inner)["value"] is { } array)
        {
            Flatten(name, array, numbers);
        }
        else
        {
            numbers.Add(ToNumber(name, value));
        }
    }

    private static long[] ToInts(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => [.. value.EnumerateArray().SelectMany(v => ToInts(name, v))],
        JsonValueKind.Null => [-1],
        _ => [ToInt(name, value)],
    };

    private static long ToInt(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && Math.Abs(number) < long.MaxValue / 4 && number == Math.Floor(number) ? (long)number : throw Wrong(name, "an integer");

    private static double ToNumber(string name, JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number : throw Wrong(name, "a number");

    private static UnsupportedOperatorException Wrong(string name, string expected) => new($"its setting '{name}' is not {expected}");
}
