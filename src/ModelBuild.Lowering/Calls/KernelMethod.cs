using System.Reflection;
using ModelBuild.Kernels;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Calls;

/// <summary>One parameter of a kernel as a plan sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What an argument is.</param>
/// <param name="Type">The argument's type in the plan; see <see cref="PlanArgument.Type"/>.</param>
/// <param name="ClrType">The parameter's type.</param>
/// <param name="IsOutput">Whether the kernel writes it.</param>
/// <param name="IsTensorAttribute">Whether it is an attribute of the node.</param>
/// <param name="IsNullable">Whether it may be null.</param>
/// <param name="HasDefault">Whether the argument may be left out.</param>
/// <param name="Default">The default.</param>
internal sealed record KernelParameter(
    string Name, PlanArgumentKind Kind, string Type, Type ClrType, bool IsOutput, bool IsTensorAttribute, bool IsNullable, bool HasDefault, object? Default)
{
    /// <summary>Whether it takes values of the plan.</summary>
    public bool TakesValues => Kind is PlanArgumentKind.Pointer or PlanArgumentKind.Value or PlanArgumentKind.Values;
}

/// <summary>A method of <c>ModelBuild.Kernels</c> that plans may call, with its signature.</summary>
internal sealed class KernelMethod
{
    private static readonly NullabilityInfoContext s_nullability = new();

    /// <summary>Reads a signature.</summary>
    /// <exception cref="NotSupportedException">A parameter is of a type that plans don't know.</exception>
    public KernelMethod(string name, MethodInfo method)
    {
        Name = name;
        Method = method;
        ParameterInfo[] parameters = method.GetParameters();
        UsesContext = parameters.Length > 0 && parameters[0].ParameterType == typeof(KernelContext);
        Parameters = [.. parameters.Skip(UsesContext ? 1 : 0).Select(Read)];
    }

    /// <summary><c>Class.Method</c> with type arguments.</summary>
    public string Name { get; }

    /// <summary>The method.</summary>
    public MethodInfo Method { get; }

    /// <summary>Whether the first parameter is the context.</summary>
    public bool UsesContext { get; }

    /// <summary>The other parameters.</summary>
    public IReadOnlyList<KernelParameter> Parameters { get; }

    private KernelParameter Read(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        (PlanArgumentKind kind, string text) = Classify(type) ?? throw new NotSupportedException($"{Name} has the parameter '{parameter.Name}' of type {type}.");
        bool isNullable = false;
        if (kind == PlanArgumentKind.Value)
        {
            lock (s_nullability)
            {
                isNullable = s_nullability.Create(parameter).ReadState == NullabilityState.Nullable;
            }
        }

        return new(parameter.Name!, kind, text, type, parameter.IsDefined(typeof(OutputAttribute)), parameter.IsDefined(typeof(TensorAttributeAttribute)),
            isNullable || kind == PlanArgumentKind.Pointer, parameter.HasDefaultValue, parameter.HasDefaultValue ? parameter.DefaultValue : null);
    }

    private static (PlanArgumentKind Kind, string Type)? Classify(Type type)
    {
        if (type.IsPointer)
        {
            return CSharpName(type.GetElementType()!) is { } element ? (PlanArgumentKind.Pointer, element + "*") : null;
        }

        if (typeof(PlanValue).IsAssignableFrom(type))
        {
            return (PlanArgumentKind.Value, type.Name);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ReadOnlySpan<>))
        {
            Type item = type.GetGenericArguments()[0];
            return typeof(PlanValue).IsAssignableFrom(item) ? (PlanArgumentKind.Values, item.Name)
                : item == typeof(long) || item == typeof(int) ? (PlanArgumentKind.Integers, CSharpName(item)!)
                : item == typeof(float) ? (PlanArgumentKind.Floats, "float")
                : item == typeof(string) ? (PlanArgumentKind.Texts, "string") : null;
        }

        return type.IsEnum ? (PlanArgumentKind.Enumeration, type.Name)
            : type == typeof(bool) ? (PlanArgumentKind.Boolean, "bool")
            : type == typeof(float) || type == typeof(double) ? (PlanArgumentKind.Float, CSharpName(type)!)
            : type == typeof(int) || type == typeof(long) || type == typeof(nint) ? (PlanArgumentKind.Integer, CSharpName(type)!)
            : type == typeof(string) ? (PlanArgumentKind.Text, "string") : null;
    }

    private static string? CSharpName(Type type) =>
        type == typeof(float) ? "float" : type == typeof(double) ? "double" : type == typeof(byte) ? "byte" : type == typeof(sbyte) ? "sbyte"
        : type == typeof(short) ? "short" : type == typeof(ushort) ? "ushort" : type == typeof(int) ? "int" : type == typeof(uint) ? "uint"
        : type == typeof(long) ? "long" : type == typeof(ulong) ? "ulong" : type == typeof(nint) ? "nint" : type == typeof(bool) ? "bool"
        : type == typeof(void) ? "void" : type == typeof(Half) ? "global::System.Half" : null;
}
