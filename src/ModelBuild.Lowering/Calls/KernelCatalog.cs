using System.Collections.Concurrent;
using System.Reflection;
using ModelBuild.Kernels;

namespace ModelBuild.Lowering.Calls;

/// <summary>Finds what plans may call by name. Thread-safe.</summary>
internal static class KernelCatalog
{
    private static readonly ConcurrentDictionary<string, KernelMethod> s_methods = new(StringComparer.Ordinal);

    private static readonly Dictionary<string, Type> s_classes = KernelList.Operators.Select(o => o.Type).Concat(KernelList.Kernels).Distinct()
        .ToDictionary(t => t.Name, StringComparer.Ordinal);

    private static readonly Dictionary<(string Domain, string OpType), OperatorEntry> s_operators = KernelList.Operators.ToDictionary(o => (o.Domain, o.OpType));

    /// <summary>A kernel by <c>Class.Method</c>, with type arguments in angle brackets where it has them.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static KernelMethod Find(string name) => s_methods.GetOrAdd(name, Resolve);

    /// <summary>The method for an operator, or null when there is none.</summary>
    public static KernelMethod? FindOperator(string domain, string opType) =>
        s_operators.TryGetValue((domain, opType), out OperatorEntry? entry) ? Find($"{entry.Type.Name}.{entry.Method ?? entry.OpType}") : null;

    private static KernelMethod Resolve(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        int bracket = name.IndexOf('<', StringComparison.Ordinal);
        string method = bracket < 0 ? name[(dot + 1)..] : name[(dot + 1)..bracket];
        if (dot < 0 || !s_classes.TryGetValue(name[..dot], out Type? type) || type.GetMethod(method, BindingFlags.Public | BindingFlags.Static) is not { } info)
        {
            throw new ArgumentException($"There is no kernel '{name}'.", nameof(name));
        }

        if (bracket >= 0)
        {
            Type[] arguments = [.. name[(bracket + 1)..^1].Split(',', StringSplitOptions.TrimEntries).Select(FindType)];
            info = info.MakeGenericMethod(arguments);
        }

        return new KernelMethod(name, info);
    }

    private static Type FindType(string name) => name switch
    {
        "float" => typeof(float),
        "double" => typeof(double),
        "byte" => typeof(byte),
        "sbyte" => typeof(sbyte),
        "short" => typeof(short),
        "ushort" => typeof(ushort),
        "int" => typeof(int),
        "uint" => typeof(uint),
        "long" => typeof(long),
        "ulong" => typeof(ulong),
        "bool" => typeof(bool),
        _ => typeof(KernelList).Assembly.GetType($"{typeof(KernelList).Namespace}.{name}") ?? throw new ArgumentException($"There is no type '{name}'.", nameof(name)),
    };
}
