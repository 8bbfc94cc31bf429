using System.Text;
using ModelBuild.Graphs;
using ModelBuild.Lowering.Calls;
using ModelBuild.Lowering.Planning;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Operators;

/// <summary>
/// A node as a call of the method that implements its operator. The method's signature is the binding: inputs and outputs in order, attributes by
/// name in camel case.
/// </summary>
internal static class OperatorLowering
{
    /// <summary>Name of the parameter that receives the node's operator-set version.</summary>
    private const string OpsetParameter = "opset";

    /// <summary>Why a node can't be lowered, or null when it can.</summary>
    public static string? Refuse(Node node)
    {
        if (KernelCatalog.FindOperator(node.Domain, node.OpType) is not { } method)
        {
            return "the operator is not implemented";
        }

        List<KernelParameter> inputs = [.. method.Parameters.Where(IsInput)];
        List<KernelParameter> outputs = [.. method.Parameters.Where(p => p.TakesValues && p.IsOutput)];
        if (!TakesAll(inputs, node.Inputs) || !TakesAll(outputs, node.Outputs))
        {
            return "it has more inputs or outputs than are implemented";
        }

        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs[i] is { Kind: PlanArgumentKind.Value, IsNullable: false } && node.Input(i) is null)
            {
                return $"input {i} ('{inputs[i].Name}') is missing";
            }
        }

        return method.Parameters.FirstOrDefault(p => IsRequiredAttribute(p) && !node.Attributes.Keys.Any(k => CamelCase(k) == p.Name)) is { } attribute
            ? $"the attribute '{attribute.Name}' is missing"
            : null;
    }

    private static bool IsRequiredAttribute(KernelParameter parameter) => parameter.IsTensorAttribute
        ? !parameter.IsNullable
        : !parameter.HasDefault && parameter.Name != OpsetParameter && parameter.Kind is (PlanArgumentKind.Integer or PlanArgumentKind.Float or PlanArgumentKind.Text);

    /// <summary>Adds the call.</summary>
    public static void Lower(LoweringContext context, Node node)
    {
        PlanBuilder builder = context.Builder;
        KernelMethod method = KernelCatalog.FindOperator(node.Domain, node.OpType)!;
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        int input = 0, output = 0;
        foreach (KernelParameter parameter in method.Parameters)
        {
            if (parameter.IsTensorAttribute)
            {
                arguments[parameter.Name] = TensorAttribute(builder, node, parameter);
            }
            else if (parameter is { TakesValues: true, IsOutput: false })
            {
                arguments[parameter.Name] = parameter.Kind == PlanArgumentKind.Values
                    ? node.Inputs.Skip(input).Select(v => v is null ? null : builder.Of(v)).ToList()
                    : node.Input(input) is { } value ? builder.Of(value) : null;
                input++;
            }
            else if (parameter.TakesValues)
            {
                arguments[parameter.Name] = parameter.Kind == PlanArgumentKind.Values
                    ? node.Outputs.Skip(output).Select(v => v is null ? Unused(builder, parameter) : Result(builder, parameter, v)).ToList()
                    : node.Output(output) is { } value ? Result(builder, parameter, value)
                    : parameter.IsNullable ? null : Unused(builder, parameter);
                output++;
            }
            else if (parameter.Name == OpsetParameter)
            {
                arguments[parameter.Name] = context.Model.OpsetImports.GetValueOrDefault(node.Domain);
            }
        }

        foreach ((string name, AttributeValue attribute) in node.Attributes)
        {
            if (method.Parameters.FirstOrDefault(p => p.Name == CamelCase(name)) is { TakesValues: false })
            {
                arguments[CamelCase(name)] = Constant(attribute);
            }
        }

        builder.Call(node.DisplayName, method, arguments);
    }

    private static bool IsInput(KernelParameter p) => p is { TakesValues: true, IsOutput: false, IsTensorAttribute: false };

    private static bool TakesAll(List<KernelParameter> parameters, IReadOnlyList<Value?> values)
    {
        int count = values.Count;
        while (count > 0 && values[count - 1] is null)
        {
            count--;
        }

        return count <= parameters.Count || (parameters.Count > 0 && parameters[^1].Kind == PlanArgumentKind.Values);
    }

    private static PlanDraft? TensorAttribute(PlanBuilder builder, Node node, KernelParameter parameter)
    {
        string? name = node.Attributes.Keys.FirstOrDefault(k => CamelCase(k) == parameter.Name);
        return name is not null && node.GetTensor(name) is { } data ? builder.Constant(data, $"{node.DisplayName}.{name}") : null;
    }

    private static PlanDraft Result(PlanBuilder builder, KernelParameter parameter, Value value)
    {
        // Without an inference rule the method's signature tells what the value is.
        if (builder.TypeOf(value) is null && KindOf(parameter) is { } kind and not PlanValueKind.Tensor)
        {
            PlanDraft draft = builder.Temporary(value.Name, kind, ElementType.Undefined);
            builder.Bind(value, draft);
            return draft;
        }

        return builder.Define(value);
    }

    private static PlanDraft Unused(PlanBuilder builder, KernelParameter parameter) => builder.Temporary("unused", KindOf(parameter) ?? PlanValueKind.Tensor, ElementType.Undefined);

    private static PlanValueKind? KindOf(KernelParameter parameter) => parameter.Type switch
    {
        "TensorValue" => PlanValueKind.Tensor,
        "SequenceValue" => PlanValueKind.Sequence,
        "OptionalValue" => PlanValueKind.Optional,
        "MapValue" => PlanValueKind.Map,
        _ => null,
    };

    private static object? Constant(AttributeValue attribute) => attribute switch
    {
        IntAttribute i => i.Value,
        FloatAttribute f => f.Value,
        StringAttribute s => s.Text,
        IntsAttribute i => i.Values,
        FloatsAttribute f => f.Values,
        StringsAttribute s => s.Texts.ToList(),
        _ => null,
    };

    /// <summary>An attribute's name as a parameter is called: <c>stash_type</c> is <c>stashType</c>.</summary>
    public static string CamelCase(string name)
    {
        var text = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == '_' && i + 1 < name.Length)
            {
                text.Append(char.ToUpperInvariant(name[++i]));
            }
            else
            {
                text.Append(name[i]);
            }
        }

        return text.ToString();
    }
}
