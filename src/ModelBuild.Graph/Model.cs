namespace ModelBuild.Graphs;

/// <summary>A model file in memory: a graph with its operator sets, functions and descriptions. Holds the file open while weights are mapped.</summary>
public sealed class Model : IDisposable
{
    private readonly List<IDisposable> _resources = [];

    /// <summary>The graph.</summary>
    public Graph Graph { get; set; } = new();

    /// <summary>Operator-set versions by domain; the empty domain is ONNX's own.</summary>
    public SortedDictionary<string, long> OpsetImports { get; } = new(StringComparer.Ordinal);

    /// <summary>Functions defined by the model.</summary>
    public List<Function> Functions { get; } = [];

    /// <summary>Version of the file's structure (ONNX's <c>ir_version</c>).</summary>
    public long IrVersion { get; set; }

    /// <summary>Name of the program that wrote the file.</summary>
    public string ProducerName { get; set; } = "";

    /// <summary>Version of that program.</summary>
    public string ProducerVersion { get; set; } = "";

    /// <summary>The author's namespace of the model.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The author's version of the model.</summary>
    public long ModelVersion { get; set; }

    /// <summary>The author's description.</summary>
    public string DocString { get; set; } = "";

    /// <summary>The author's own keys, such as <c>license</c>.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Parts of the source that nothing here models (training information and the like), kept for writing back.</summary>
    public byte[]? Unknown { get; set; }

    /// <summary>Ties the life of a mapped file to this model's.</summary>
    public void Own(IDisposable resource) => _resources.Add(resource);

    /// <summary>Releases mapped files. Tensor contents that lie in files can't be read afterwards.</summary>
    public void Dispose()
    {
        foreach (IDisposable resource in _resources)
        {
            resource.Dispose();
        }

        _resources.Clear();
    }
}

/// <summary>An operator defined by nodes.</summary>
public sealed class Function(string domain, string name, string overload = "")
{
    /// <summary>Operator set.</summary>
    public string Domain { get; set; } = domain;

    /// <summary>Operator name.</summary>
    public string Name { get; set; } = name;

    /// <summary>Distinguishes functions of the same name.</summary>
    public string Overload { get; set; } = overload;

    /// <summary>The body; its inputs and outputs are the function's.</summary>
    public Graph Body { get; set; } = new();

    /// <summary>Attributes without a default.</summary>
    public List<string> AttributeNames { get; } = [];

    /// <summary>Attributes with a default.</summary>
    public SortedDictionary<string, AttributeValue> AttributeDefaults { get; } = new(StringComparer.Ordinal);

    /// <summary>Operator-set versions that the body is written for.</summary>
    public SortedDictionary<string, long> OpsetImports { get; } = new(StringComparer.Ordinal);

    /// <summary>The author's description.</summary>
    public string DocString { get; set; } = "";

    /// <summary>The author's own keys.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);
}
