namespace ModelBuild.Conformance;

/// <summary>Options of the form <c>--name value</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads options.</summary>
    /// <exception cref="UsageException">One is unknown or has no value.</exception>
    public Options(ReadOnlySpan<string> args, params string[] names)
    {
        for (int i = 0; i < args.Length; i += 2)
        {
            string name = args[i];
            if (!names.Contains(name))
            {
                throw new UsageException($"Unknown option {name}.");
            }

            _values[name] = i + 1 < args.Length ? args[i + 1] : throw new UsageException($"{name} has no value.");
        }
    }

    /// <summary>The value of an option, or null.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);
}
