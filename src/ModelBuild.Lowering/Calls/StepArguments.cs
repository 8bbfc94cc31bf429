using ModelBuild.Kernels;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Calls;

/// <summary>The arguments of one step in the form that <see cref="KernelStub"/> takes. Belongs to one frame.</summary>
internal sealed class StepArguments
{
    private readonly PlanValue?[] _values;
    private readonly long[] _numbers;
    private readonly object?[] _objects;
    private readonly List<(Array Target, int Index, int Size)> _sizes = [];
    private readonly KernelStub _stub;

    /// <summary>Prepares a call.</summary>
    /// <param name="call">The step.</param>
    /// <param name="frameValues">The values that it names.</param>
    public StepArguments(PlanCall call, PlanValue[] frameValues)
    {
        KernelMethod kernel = KernelCatalog.Find(call.Kernel);
        _stub = KernelStubs.Of(kernel);
        var values = new List<PlanValue?>();
        var numbers = new List<PlanNumber>();
        var objects = new List<object?>();
        for (int i = 0; i < kernel.Parameters.Count; i++)
        {
            KernelParameter parameter = kernel.Parameters[i];
            PlanArgument argument = call.Arguments[i];
            switch (parameter.Kind)
            {
                case PlanArgumentKind.Pointer or PlanArgumentKind.Value:
                    values.Add(argument.Kind == PlanArgumentKind.None ? null : frameValues[argument.Numbers[0].Value]);
                    break;
                case PlanArgumentKind.Values:
                    objects.Add(Values(argument, parameter, frameValues));
                    break;
                case PlanArgumentKind.Enumeration:
                    numbers.Add(Convert.ToInt64(Enum.Parse(parameter.ClrType, argument.Texts[0]), System.Globalization.CultureInfo.InvariantCulture));
                    break;
                case PlanArgumentKind.Integer or PlanArgumentKind.Boolean or PlanArgumentKind.Float:
                    numbers.Add(argument.Numbers[0]);
                    break;
                case PlanArgumentKind.Integers:
                    objects.Add(Integers(argument, parameter));
                    break;
                case PlanArgumentKind.Floats:
                    objects.Add(argument.Numbers.Select(n => BitConverter.Int32BitsToSingle((int)n.Value)).ToArray());
                    break;
                case PlanArgumentKind.Text:
                    objects.Add(argument.Texts[0]);
                    break;
                default:
                    objects.Add(argument.Texts.ToArray());
                    break;
            }
        }

        _values = [.. values];
        _objects = [.. objects];
        _numbers = [.. numbers.Select(n => n.Value)];
        for (int i = 0; i < numbers.Count; i++)
        {
            if (numbers[i].IsSize)
            {
                _sizes.Add((_numbers, i, (int)numbers[i].Value));
            }
        }
    }

    /// <summary>Takes over sizes that changed.</summary>
    public void Update(ReadOnlySpan<long> sizes)
    {
        foreach ((Array target, int index, int size) in _sizes)
        {
            if (target is long[] longs)
            {
                longs[index] = sizes[size];
            }
            else
            {
                ((int[])target)[index] = checked((int)sizes[size]);
            }
        }
    }

    /// <summary>Makes the call.</summary>
    public void Run(KernelContext context) => _stub(context, _values, _numbers, _objects);

    private static Array Values(PlanArgument argument, KernelParameter parameter, PlanValue[] frameValues)
    {
        var items = Array.CreateInstance(parameter.ClrType.GetGenericArguments()[0], argument.Numbers.Count);
        for (int i = 0; i < items.Length; i++)
        {
            items.SetValue(argument.Numbers[i].Value == PlanArgument.Absent ? null : frameValues[argument.Numbers[i].Value], i);
        }

        return items;
    }

    private Array Integers(PlanArgument argument, KernelParameter parameter)
    {
        Array items = parameter.Type == "int" ? argument.Numbers.Select(n => checked((int)n.Value)).ToArray() : argument.Numbers.Select(n => n.Value).ToArray();
        for (int i = 0; i < items.Length; i++)
        {
            if (argument.Numbers[i].IsSize)
            {
                _sizes.Add((items, i, (int)argument.Numbers[i].Value));
            }
        }

        return items;
    }
}
