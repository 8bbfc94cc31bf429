using System.Text;
using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Calls;
using ModelBuild.Lowering.Operators;
using ModelBuild.Manifest;
using ModelBuild.Passes;

namespace ModelBuild.Lowering.Tests.Operators;

/// <summary>ONNX's own cases of single operators with one thing changed: a shape, an index, an attribute, a type. The operator gives a result or refuses, and touches nothing beside its operands.</summary>
[TestClass]
public sealed unsafe class MutatedCasesTests
{
    private const int Rounds = 3;

    // Past the test runner, which shows nothing of a process that dies.
    private static readonly Stream s_trace = Console.OpenStandardError();

    [TestMethod]
    public void Cases_with_one_thing_changed_give_a_result_or_are_refused()
    {
        string suite = SharedFolder.Suite();
        if (!GuardedMemory.IsSupported)
        {
            Assert.Inconclusive("Skipped: this system has no guarded memory.");
        }

        int seed = int.TryParse(Environment.GetEnvironmentVariable("MODELBUILD_FUZZ_SEED"), out int wanted) ? wanted : 1;
        int rounds = int.TryParse(Environment.GetEnvironmentVariable("MODELBUILD_FUZZ_ROUNDS"), out int more) ? more : Rounds;
        var wrong = new List<string>();
        int results = 0;
        foreach (string file in Directory.EnumerateFiles(suite, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(Path.GetDirectoryName(file)!) is var name && Case.Read(file) is not { } original)
            {
                continue;
            }

            for (int round = 0; round < rounds; round++)
            {
                if (Environment.GetEnvironmentVariable("MODELBUILD_FUZZ_TRACE") is { Length: > 0 })
                {
                    s_trace.Write(Encoding.UTF8.GetBytes($"{name} {round}\n"));
                }

                using var call = new MutatedCall(original, new Random((seed * 1000) + round));
                try
                {
                    call.Run();
                    call.Run();
                    results++;
                }
                catch (Exception e) when (e is KernelException or OutOfMemoryException)
                {
                }
                catch (Exception e)
                {
                    wrong.Add($"{name} {round}: {e.GetType().Name} {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("ModelBuild.Kernels.", StringComparison.Ordinal))?.Trim()}; {call}");
                    break;
                }
            }
        }

        Assert.IsEmpty(wrong, string.Join("\n", wrong));
        Assert.IsGreaterThan(1000, results);
    }

    /// <summary>A call as a case of the suite has it.</summary>
    private sealed record Case(KernelMethod Method, Node Node, long Opset, List<TensorData?> Inputs)
    {
        public static Case? Read(string file)
        {
            try
            {
                using Model model = new OnnxFormat().Read(file);
                PassList.Run(PassList.Normalization, model);
                if (model.Graph.Nodes is not [var node] || KernelCatalog.FindOperator(node.Domain, node.OpType) is not { } method || method.Parameters.Any(p => p.Kind == PlanArgumentKind.Enumeration)
                    || OperatorLowering.Refuse(node) is not null)
                {
                    return null;
                }

                var inputs = new List<TensorData?>();
                foreach (Value? input in node.Inputs)
                {
                    inputs.Add(input is null ? null : input.Initializer ?? ReadInput(file, model.Graph.Inputs.IndexOf(input)));
                    if (input is not null && inputs[^1] is null)
                    {
                        return null;
                    }
                }

                return new Case(method, node, model.OpsetImports.GetValueOrDefault(node.Domain), [.. inputs.Select(i => i is null ? null : Copy(i))]);
            }
            catch (ModelException)
            {
                return null;
            }
        }

        private static TensorData? ReadInput(string file, int index)
        {
            string path = Path.Combine(Path.GetDirectoryName(file)!, "test_data_set_0", $"input_{index}.pb");
            return index >= 0 && File.Exists(path) && OnnxValueFile.Read(path, null) is OnnxTensorValue t ? t.Data : null;
        }

        // The model is closed afterwards.
        private static TensorData Copy(TensorData data) => data.Strings is { } texts
            ? new StringTensorData(data.Dimensions, [.. texts.Select(t => (ReadOnlyMemory<byte>)t.ToArray())])
            : new MemoryTensorData(data.ElementType, data.Dimensions, data.Bytes.ToArray());
    }

    /// <summary>One call with changed arguments. The first run sizes the outputs, the second gives them memory of just that size.</summary>
    private sealed class MutatedCall : IDisposable
    {
        private readonly Case _case;
        private readonly Random _random;
        private readonly KernelContext _context = new();
        private readonly List<PlanValue?> _values = [];
        private readonly List<long> _numbers = [];
        private readonly List<object?> _objects = [];
        private readonly List<TensorValue> _outputs = [];
        private readonly List<GuardedMemory> _memory = [];
        private readonly int _changedInput;
        private readonly int _changedAttribute;
        private int _attribute;
        private bool _isSized;

        public MutatedCall(Case original, Random random)
        {
            _case = original;
            _random = random;
            _changedInput = random.Next(3) == 0 ? -1 : random.Next(Math.Max(1, original.Inputs.Count));
            _changedAttribute = _changedInput >= 0 && random.Next(4) != 0 ? -1 : random.Next(Math.Max(1, original.Method.Parameters.Count(p => !p.TakesValues)));
            int input = 0, output = 0;
            foreach (KernelParameter parameter in original.Method.Parameters)
            {
                if (parameter.IsTensorAttribute)
                {
                    TensorData? data = (original.Node.Attributes.FirstOrDefault(a => OperatorLowering.CamelCase(a.Key) == parameter.Name).Value as TensorAttribute)?.Value;
                    _values.Add(data is null ? null : Load(data, random.Next(8) == 0 ? _changedInput : -2));
                }
                else if (parameter.Kind == PlanArgumentKind.Values)
                {
                    PlanValue?[] items = parameter.IsOutput
                        ? [.. original.Node.Outputs.Skip(output).Select(_ => Output(parameter))]
                        : [.. original.Inputs.Skip(input).Select((d, i) => d is null ? null : Load(d, input + i))];
                    Array typed = Array.CreateInstance(parameter.ClrType.GetGenericArguments()[0], items.Length);
                    Array.Copy(items, typed, items.Length);
                    _objects.Add(typed);
                }
                else if (parameter is { TakesValues: true, IsOutput: false })
                {
                    _values.Add(input < original.Inputs.Count && original.Inputs[input] is { } data ? Load(data, input) : null);
                    input++;
                }
                else if (parameter.TakesValues)
                {
                    _values.Add(output < original.Node.Outputs.Count || !parameter.IsNullable ? Output(parameter) : null);
                    output++;
                }
                else
                {
                    AddAttribute(parameter);
                }
            }
        }

        public void Run()
        {
            foreach (TensorValue output in _isSized ? _outputs : [])
            {
                if (output.ElementType != TensorElementType.String && output.ByteLength < 1 << 24)
                {
                    var memory = new GuardedMemory(output.ByteLength);
                    _memory.Add(memory);
                    output.Bind(memory.Data, output.ByteLength);
                }
            }

            KernelStubs.Of(_case.Method)(_context, [.. _values], [.. _numbers], [.. _objects]);
            _isSized = true;
        }

        public override string ToString() =>
            $"values [{string.Join(' ', _values.Select(v => v?.ToString() ?? "-"))}] numbers [{string.Join(' ', _numbers)}] lists [{string.Join(' ', _objects.Select(o => o is System.Collections.IEnumerable e and not string ? $"({string.Join(' ', e.Cast<object>())})" : o))}]";

        public void Dispose()
        {
            _context.Dispose();
            _memory.ForEach(m => m.Dispose());
        }

        private PlanValue Output(KernelParameter parameter)
        {
            if (parameter.ClrType != typeof(TensorValue) && parameter.ClrType != typeof(PlanValue) && parameter.Kind != PlanArgumentKind.Values)
            {
                return (PlanValue)Activator.CreateInstance(parameter.ClrType)!;
            }

            var output = new TensorValue();
            _outputs.Add(output);
            return output;
        }

        private TensorValue Load(TensorData data, int index)
        {
            bool isChanged = index == _changedInput;
            int how = isChanged ? _random.Next(5) : -1;
            long[] shape = how is 0 or 1 ? ChangeShape(data.Dimensions.ToArray()) : data.Dimensions.ToArray();
            var type = (TensorElementType)data.ElementType;
            if (how == 2)
            {
                type = (TensorElementType)_random.Next(1, 27);
            }

            var tensor = new TensorValue();
            long length = shape.Aggregate(1L, (a, b) => a * b);
            if (type == TensorElementType.String)
            {
                tensor.Resize(type, shape);
                for (int i = 0; i < length; i++)
                {
                    tensor.Strings[i] = data.Strings is { Count: > 0 } texts ? Encoding.UTF8.GetString(texts[i % texts.Count].Span) : "a";
                }

                return tensor;
            }

            var memory = new GuardedMemory(TensorValue.ByteSize(type, length));
            _memory.Add(memory);
            tensor.View(type, memory.Data, shape);
            ReadOnlySpan<byte> content = data.Strings is null ? data.Bytes : [];
            for (int i = 0; i < tensor.ByteLength; i++)
            {
                memory.Data[i] = content.Length > 0 ? content[i % content.Length] : (byte)0;
            }

            if (how is 3 or 4)
            {
                ChangeElements(tensor);
            }

            return tensor;
        }

        private long[] ChangeShape(long[] shape)
        {
            switch (_random.Next(4))
            {
                case 0 when shape.Length > 0:
                    return shape[1..];
                case 1:
                    return [.. shape, _random.Next(3)];
                default:
                    if (shape.Length > 0)
                    {
                        int at = _random.Next(shape.Length);
                        shape[at] = Math.Max(0, shape[at] + _random.Next(-2, 3));
                    }

                    return shape;
            }
        }

        private void ChangeElements(TensorValue tensor)
        {
            for (int i = _random.Next(1, 4); i > 0 && tensor.Length > 0; i--)
            {
                long at = _random.NextInt64(tensor.Length);
                switch (tensor.ElementType)
                {
                    case TensorElementType.Int64:
                        tensor.Pointer<long>()[at] = Number(tensor.Pointer<long>()[at]);
                        break;
                    case TensorElementType.Int32:
                        tensor.Pointer<int>()[at] = (int)Number(tensor.Pointer<int>()[at]);
                        break;
                    case TensorElementType.Float32:
                        tensor.Pointer<float>()[at] = Real();
                        break;
                    case TensorElementType.Float64:
                        tensor.Pointer<double>()[at] = Real();
                        break;
                    default:
                        tensor.Data[_random.NextInt64(tensor.ByteLength)] = (byte)_random.Next(256);
                        break;
                }
            }
        }

        private void AddAttribute(KernelParameter parameter)
        {
            bool isChanged = _attribute++ == _changedAttribute;
            AttributeValue? attribute = _case.Node.Attributes.FirstOrDefault(a => OperatorLowering.CamelCase(a.Key) == parameter.Name).Value;
            switch (parameter.Kind)
            {
                case PlanArgumentKind.Integer:
                    long number = parameter.Name == "opset" ? _case.Opset : attribute is IntAttribute i ? i.Value : Convert.ToInt64(parameter.Default, System.Globalization.CultureInfo.InvariantCulture);
                    _numbers.Add(isChanged && parameter.Name != "opset" ? Number(number) : number);
                    break;
                case PlanArgumentKind.Boolean:
                    _numbers.Add(attribute is IntAttribute b ? b.Value : parameter.Default is true ? 1 : 0);
                    break;
                case PlanArgumentKind.Float:
                    float real = isChanged ? Real() : attribute is FloatAttribute f ? f.Value : Convert.ToSingle(parameter.Default, System.Globalization.CultureInfo.InvariantCulture);
                    _numbers.Add(BitConverter.SingleToInt32Bits(real));
                    break;
                case PlanArgumentKind.Integers:
                    long[] list = attribute is IntsAttribute l ? [.. l.Values] : [];
                    if (isChanged && list.Length > 0)
                    {
                        int at = _random.Next(list.Length);
                        list[at] = Number(list[at]);
                        list = _random.Next(3) switch { 0 => list[1..], 1 => [.. list, 1], _ => list };
                    }

                    _objects.Add(list);
                    break;
                case PlanArgumentKind.Floats:
                    _objects.Add(attribute is FloatsAttribute floats ? floats.Values.Skip(isChanged ? 1 : 0).ToArray() : []);
                    break;
                case PlanArgumentKind.Text:
                    _objects.Add(attribute is StringAttribute s ? s.Text + (isChanged ? "x" : "") : parameter.Default);
                    break;
                default:
                    _objects.Add(attribute is StringsAttribute t ? t.Texts.Skip(isChanged ? 1 : 0).ToArray() : []);
                    break;
            }
        }

        private long Number(long original) => _random.Next(12) switch
        {
            0 => long.MaxValue,
            1 => long.MinValue,
            2 => int.MaxValue,
            3 => int.MinValue,
            4 => 0,
            5 => -1,
            6 => -original,
            7 => original * 2,
            8 => original + 1,
            9 => original - 1,
            10 => 1L << 52,
            _ => _random.Next(-9, 10),
        };

        private float Real() => _random.Next(6) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, 3 => 0, 4 => -1e30f, _ => 1e30f };
    }
}
