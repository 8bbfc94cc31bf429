using System.Globalization;
using ModelBuild.Graphs;
using ModelBuild.Lowering.Calls;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Planning;

/// <summary>Turns what lowering gives for a parameter into an argument of the plan.</summary>
internal static class PlanArguments
{
    public static PlanArgument Make(PlanBuilder builder, KernelParameter parameter, object? value)
    {
        PlanArgumentKind kind = parameter.Kind;
        List<PlanNumber> numbers = [];
        List<string> texts = [];
        switch (kind)
        {
            case PlanArgumentKind.Pointer or PlanArgumentKind.Value when value is null:
                kind = PlanArgumentKind.None;
                break;
            case PlanArgumentKind.Pointer or PlanArgumentKind.Value:
                numbers.Add(((PlanDraft)value).Index);
                break;
            case PlanArgumentKind.Values:
                numbers.AddRange(((IEnumerable<PlanDraft?>?)value ?? []).Select(d => (PlanNumber)(d?.Index ?? PlanArgument.Absent)));
                break;
            case PlanArgumentKind.Integer:
                numbers.Add(Integer(builder, value));
                break;
            case PlanArgumentKind.Integers:
                numbers.AddRange(value switch
                {
                    null => [],
                    IEnumerable<long> longs => longs.Select(l => (PlanNumber)l),
                    IEnumerable<int> ints => ints.Select(i => (PlanNumber)i),
                    IEnumerable<Dimension> sizes => sizes.Select(builder.Number),
                    _ => throw Mismatch(parameter, value),
                });
                break;
            case PlanArgumentKind.Float:
                double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                numbers.Add(parameter.Type == "float" ? BitConverter.SingleToInt32Bits((float)number) : BitConverter.DoubleToInt64Bits(number));
                break;
            case PlanArgumentKind.Floats:
                numbers.AddRange(((IEnumerable<float>?)value ?? []).Select(f => (PlanNumber)BitConverter.SingleToInt32Bits(f)));
                break;
            case PlanArgumentKind.Boolean:
                numbers.Add(Convert.ToBoolean(value, CultureInfo.InvariantCulture) ? 1 : 0);
                break;
            case PlanArgumentKind.Enumeration:
                texts.Add(Enum.ToObject(parameter.ClrType, value!).ToString()!);
                break;
            case PlanArgumentKind.Text:
                texts.Add((string)value!);
                break;
            default:
                texts.AddRange((IEnumerable<string>?)value ?? []);
                break;
        }

        return new PlanArgument(parameter.Name, kind, parameter.Type, parameter.IsOutput, new(numbers), new(texts));
    }

    private static PlanNumber Integer(PlanBuilder builder, object? value) => value switch
    {
        Dimension d => builder.Number(d),
        PlanNumber n => n,
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };

    private static ArgumentException Mismatch(KernelParameter parameter, object value) => new($"'{parameter.Name}' can't be {value.GetType().Name}.");
}
