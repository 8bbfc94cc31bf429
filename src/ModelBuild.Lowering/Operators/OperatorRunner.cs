using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Calls;
using ModelBuild.Lowering.Interpreter;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Operators;

/// <summary>Runs one node on constants.</summary>
internal static class OperatorRunner
{
    private static readonly HashSet<string> s_random =
        ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial", "Dropout"];

    /// <summary>Whether a node gives the same results every time.</summary>
    public static bool IsDeterministic(Node node) => !s_random.Contains(node.OpType);

    /// <summary>Runs a node whose inputs are constant.</summary>
    /// <returns>Its results in order, null for those that are left out; null altogether when it can't be run or a result is no tensor.</returns>
    public static TensorData?[]? TryRun(Node node, long opset)
    {
        KernelMethod method = KernelCatalog.FindOperator(node.Domain, node.OpType)!;
        var values = new List<PlanValue?>();
        var numbers = new List<long>();
        var objects = new List<object?>();
        var results = new List<TensorValue?>();
        using var context = new KernelContext();
        var created = new List<TensorValue>();
        try
        {
            int input = 0, output = 0;
            foreach (KernelParameter parameter in method.Parameters)
            {
                if (parameter.Kind is PlanArgumentKind.Values)
                {
                    TensorValue?[] items = parameter.IsOutput
                        ? [.. node.Outputs.Skip(output).Select(_ => New(created))]
                        : [.. node.Inputs.Skip(input).Select(v => v is null ? null : Load(v.Initializer!, created))];
                    results.AddRange(parameter.IsOutput ? items : []);
                    Array typed = Array.CreateInstance(parameter.ClrType.GetGenericArguments()[0], items.Length);
                    Array.Copy(items, typed, items.Length);
                    objects.Add(typed);
                }
                else if (parameter.Kind is PlanArgumentKind.Value)
                {
                    if (parameter.ClrType != typeof(TensorValue) && parameter.ClrType != typeof(PlanValue))
                    {
                        return null;
                    }

                    TensorValue? value = parameter.IsTensorAttribute ? Attribute(node, parameter) is TensorAttribute t ? Load(t.Value, created) : null
                        : parameter.IsOutput ? (node.Output(output++) is not null || !parameter.IsNullable ? New(created) : null)
                        : node.Input(input++) is { } v ? Load(v.Initializer!, created) : null;
                    if (parameter.IsOutput)
                    {
                        results.Add(value);
                    }

                    values.Add(value);
                }
                else if (!AddAttribute(node, parameter, opset, numbers, objects))
                {
                    return null;
                }
            }

            KernelStubs.Of(method)(context, [.. values], [.. numbers], [.. objects]);
            return [.. results.Take(node.Outputs.Count).Select((r, i) => r is null || node.Output(i) is null ? null : r.ToData())];
        }
        catch (Exception e) when (e is KernelException or OverflowException or InvalidCastException or OutOfMemoryException)
        {
            return null;
        }
        finally
        {
            created.ForEach(t => t.Release());
        }
    }

    private static bool AddAttribute(Node node, KernelParameter parameter, long opset, List<long> numbers, List<object?> objects)
    {
        AttributeValue? attribute = Attribute(node, parameter);
        switch (parameter.Kind)
        {
            case PlanArgumentKind.Integer:
                numbers.Add(parameter.Name == "opset" ? opset : attribute is IntAttribute i ? i.Value : Convert.ToInt64(parameter.Default, System.Globalization.CultureInfo.InvariantCulture));
                return true;
            case PlanArgumentKind.Boolean:
                numbers.Add(attribute is IntAttribute b ? b.Value : parameter.Default is true ? 1 : 0);
                return true;
            case PlanArgumentKind.Float when parameter.Type == "float":
                numbers.Add(BitConverter.SingleToInt32Bits(attribute is FloatAttribute f ? f.Value : Convert.ToSingle(parameter.Default, System.Globalization.CultureInfo.InvariantCulture)));
                return true;
            case PlanArgumentKind.Integers when parameter.Type == "long":
                objects.Add(attribute is IntsAttribute list ? list.Values.ToArray() : Array.Empty<long>());
                return true;
            case PlanArgumentKind.Floats:
                objects.Add(attribute is FloatsAttribute floats ? floats.Values.ToArray() : Array.Empty<float>());
                return true;
            case PlanArgumentKind.Text:
                objects.Add(attribute is StringAttribute s ? s.Text : parameter.Default);
                return true;
            case PlanArgumentKind.Texts:
                objects.Add(attribute is StringsAttribute texts ? texts.Texts.ToArray() : Array.Empty<string>());
                return true;
            default:
                return false;
        }
    }

    private static AttributeValue? Attribute(Node node, KernelParameter parameter) =>
        node.Attributes.FirstOrDefault(a => OperatorLowering.CamelCase(a.Key) == parameter.Name).Value;

    private static TensorValue New(List<TensorValue> created)
    {
        var tensor = new TensorValue();
        created.Add(tensor);
        return tensor;
    }

    private static TensorValue Load(TensorData data, List<TensorValue> created)
    {
        TensorValue tensor = data.ToValue();
        created.Add(tensor);
        return tensor;
    }
}
