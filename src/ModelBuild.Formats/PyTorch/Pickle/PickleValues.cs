using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch.Pickle;

/// <summary>A name that a pickle refers to. It stays a name.</summary>
/// <param name="Module">Python module.</param>
/// <param name="Name">Name in it.</param>
internal sealed record PickleGlobal(string Module, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>An object of a class that is only named: its arguments and state as they stand in the file.</summary>
internal sealed class PickleObject(PickleGlobal type, object?[] arguments)
{
    /// <summary>The class.</summary>
    public PickleGlobal Type { get; } = type;

    /// <summary>Arguments of its constructor.</summary>
    public object?[] Arguments { get; } = arguments;

    /// <summary>What BUILD gave it, or null.</summary>
    public object? State { get; set; }

    /// <summary>What was put in it as in a dictionary or a list.</summary>
    public PickleDictionary Items { get; } = new();
}

/// <summary>A tuple.</summary>
internal sealed class PickleTuple(object?[] items)
{
    /// <summary>Its elements.</summary>
    public object?[] Items { get; } = items;
}

/// <summary>A dictionary in the order in which it was filled.</summary>
internal sealed class PickleDictionary
{
    private readonly Dictionary<string, int> _byText = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<object?, object?>> _items = [];

    /// <summary>Keys and values.</summary>
    public IReadOnlyList<KeyValuePair<object?, object?>> Items => _items;

    /// <summary>The value of a text key, or null.</summary>
    public object? this[string key] => _byText.TryGetValue(key, out int index) ? _items[index].Value : null;

    /// <summary>Whether a text key is there.</summary>
    public bool Has(string key) => _byText.ContainsKey(key);

    /// <summary>Sets a key; a text that is there keeps its place.</summary>
    public void Set(object? key, object? value)
    {
        if (key is string text)
        {
            if (_byText.TryGetValue(text, out int index))
            {
                _items[index] = new(key, value);
                return;
            }

            _byText.Add(text, _items.Count);
        }

        _items.Add(new(key, value));
    }
}

/// <summary>Memory that tensors lie in, by its key in the file.</summary>
/// <param name="Type">Type of the elements; <see cref="ElementType.UInt8"/> when the storage has none of its own.</param>
/// <param name="IsUntyped">Whether the tensor says what type the elements are of.</param>
/// <param name="Key">Key in the file.</param>
/// <param name="Count">Number of elements.</param>
/// <param name="Start">First element within the key's content.</param>
internal sealed record PickleStorage(ElementType Type, bool IsUntyped, string Key, long Count, long Start = 0);

/// <summary>A tensor: a view of a storage.</summary>
/// <param name="Storage">The memory; null for a tensor without content.</param>
/// <param name="Type">Type of the elements.</param>
/// <param name="Offset">First element.</param>
/// <param name="Sizes">Sizes.</param>
/// <param name="Strides">Distance in elements between neighbours along each axis.</param>
internal sealed record PickleTensor(PickleStorage Storage, ElementType Type, long Offset, long[] Sizes, long[] Strides)
{
    /// <summary>Scheme, scale and zero point (or their lists and the axis) of a quantized tensor, else null.</summary>
    public object?[]? Quantizer { get; init; }
}
