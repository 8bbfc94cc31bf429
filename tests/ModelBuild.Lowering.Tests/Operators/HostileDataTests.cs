using System.Text;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Calls;
using ModelBuild.Lowering.Rules;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Tests.Operators;

/// <summary>Every operator on data that nobody has checked: it gives a result or refuses, and touches nothing beside its operands.</summary>
[TestClass]
public sealed unsafe class HostileDataTests
{
    private const int Rounds = 60;

    private static readonly TensorElementType[] s_types =
    [
        TensorElementType.Float32, TensorElementType.Float32, TensorElementType.Float32, TensorElementType.Int64, TensorElementType.Int64, TensorElementType.Int32, TensorElementType.UInt8,
        TensorElementType.Int8, TensorElementType.Bool, TensorElementType.Float16, TensorElementType.BFloat16, TensorElementType.Float64, TensorElementType.String, TensorElementType.UInt4,
        TensorElementType.Int2, TensorElementType.UInt16, TensorElementType.UInt64, TensorElementType.Complex64, TensorElementType.Float8E4M3FN,
    ];

    private static readonly string[] s_texts =
        ["", "constant", "reflect", "edge", "wrap", "linear", "cubic", "nearest", "add", "mul", "min", "max", "none", "NOTSET", "SAME_UPPER", "VALID", "forward", "bidirectional", "DCR", "CRD", "i,j->ij", "ii->i", "[a-z]*", "TF", "sum", "mean", "floor", "asymmetric", "bilinear"];

    // Operators that lowering makes get checked arrays from it, not a model's data.
    public static IEnumerable<object[]> Operators => KernelList.Operators.Select(o => o.Domain).Distinct().Where(d => d != LoweringRules.FusedDomain).Select(d => new object[] { d });

    // Past the test runner, which shows nothing of a process that dies.
    private static readonly Stream s_trace = Console.OpenStandardError();

    [TestMethod]
    [DynamicData(nameof(Operators))]
    public void Operators_of_a_set_give_a_result_or_refuse(string domain)
    {
        if (!GuardedMemory.IsSupported)
        {
            Assert.Inconclusive("Skipped: this system has no guarded memory.");
        }

        int seed = int.TryParse(Environment.GetEnvironmentVariable("MODELBUILD_FUZZ_SEED"), out int wanted) ? wanted : 1;
        var wrong = new List<string>();
        foreach (OperatorEntry entry in KernelList.Operators.Where(o => o.Domain == domain))
        {
            KernelMethod method = KernelCatalog.FindOperator(entry.Domain, entry.OpType)!;
            for (int round = 0; round < Rounds; round++)
            {
                string call = $"{entry.OpType} {round}";
                if (Environment.GetEnvironmentVariable("MODELBUILD_FUZZ_TRACE") is { Length: > 0 })
                {
                    s_trace.Write(Encoding.UTF8.GetBytes(call + "\n"));
                }

                var random = new Random(HashCode(entry.OpType, seed, round));
                using var arguments = new Arguments(method, random);
                try
                {
                    arguments.Call();
                    arguments.Call();
                }
                catch (KernelException)
                {
                }
                catch (OutOfMemoryException)
                {
                }
                catch (Exception e)
                {
                    wrong.Add($"{call}: {e.GetType().Name} {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("ModelBuild.Kernels.", StringComparison.Ordinal))?.Trim()}; {arguments}");
                    break;
                }
            }

        }

        Assert.IsEmpty(wrong, string.Join("\n", wrong));
    }

    // string.GetHashCode differs from run to run.
    private static int HashCode(string text, int seed, int round)
    {
        uint hash = 2166136261;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 16777619;
        }

        return (int)((hash ^ (uint)seed) * 31) + round;
    }

    /// <summary>Random arguments of an operator. The first call sizes the outputs, the second gets memory of just that size.</summary>
    private sealed class Arguments : IDisposable
    {
        private readonly KernelMethod _method;
        private readonly Random _random;
        private readonly KernelContext _context = new();
        private readonly List<PlanValue?> _values = [];
        private readonly List<long> _numbers = [];
        private readonly List<object?> _objects = [];
        private readonly List<TensorValue> _outputs = [];
        private readonly List<GuardedMemory> _memory = [];
        private readonly long[] _common;
        private readonly TensorElementType _type;
        private bool _isSized;

        public Arguments(KernelMethod method, Random random)
        {
            _method = method;
            _random = random;
            _common = Shape();
            _type = Pick(s_types);
            foreach (KernelParameter parameter in method.Parameters)
            {
                Add(parameter);
            }
        }

        public void Call()
        {
            if (_isSized)
            {
                foreach (TensorValue output in _outputs)
                {
                    if (output.ElementType != TensorElementType.String && output.ByteLength < 1 << 24)
                    {
                        var memory = new GuardedMemory(output.ByteLength);
                        _memory.Add(memory);
                        output.Bind(memory.Data, output.ByteLength);
                    }
                }
            }

            KernelStubs.Of(_method)(_context, [.. _values], [.. _numbers], [.. _objects]);
            _isSized = true;
        }

        public override string ToString() =>
            $"values [{string.Join(' ', _values.Select(v => v?.ToString() ?? "-"))}] numbers [{string.Join(' ', _numbers)}] lists [{string.Join(' ', _objects.Select(o => o is System.Collections.IEnumerable e and not string ? $"({string.Join(' ', e.Cast<object>())})" : o))}]";

        public void Dispose()
        {
            _context.Dispose();
            _memory.ForEach(m => m.Dispose());
        }

        private T Pick<T>(T[] values) => values[_random.Next(values.Length)];

        private long[] Shape()
        {
            long[] shape = new long[_random.Next(6)];
            for (int i = 0; i < shape.Length; i++)
            {
                shape[i] = _random.Next(20) == 0 ? 0 : _random.Next(1, 5);
            }

            return shape;
        }

        private void Add(KernelParameter parameter)
        {
            switch (parameter.Kind)
            {
                case PlanArgumentKind.Values:
                    Array items = Array.CreateInstance(parameter.ClrType.GetGenericArguments()[0], _random.Next(4));
                    for (int i = 0; i < items.Length; i++)
                    {
                        items.SetValue(parameter.IsOutput ? Output() : Tensor(), i);
                    }

                    _objects.Add(items);
                    break;
                case PlanArgumentKind.Value when parameter.IsNullable && _random.Next(3) == 0:
                    _values.Add(null);
                    break;
                case PlanArgumentKind.Value:
                    _values.Add(parameter.ClrType == typeof(TensorValue) ? parameter.IsOutput ? Output() : Tensor() : Other(parameter));
                    break;
                case PlanArgumentKind.Integer:
                    _numbers.Add(parameter.HasDefault && _random.Next(2) == 0 ? Convert.ToInt64(parameter.Default, System.Globalization.CultureInfo.InvariantCulture) : Number());
                    break;
                case PlanArgumentKind.Float:
                    float value = parameter.HasDefault && _random.Next(2) == 0 ? Convert.ToSingle(parameter.Default, System.Globalization.CultureInfo.InvariantCulture) : Real();
                    _numbers.Add(BitConverter.SingleToInt32Bits(value));
                    break;
                case PlanArgumentKind.Boolean:
                    _numbers.Add(_random.Next(2));
                    break;
                case PlanArgumentKind.Integers:
                    int count = _random.Next(3) == 0 ? _common.Length : _random.Next(6);
                    _objects.Add(Enumerable.Range(0, count).Select(_ => Number()).ToArray());
                    break;
                case PlanArgumentKind.Floats:
                    _objects.Add(Enumerable.Range(0, _random.Next(6)).Select(_ => Real()).ToArray());
                    break;
                case PlanArgumentKind.Text:
                    _objects.Add(parameter.HasDefault && _random.Next(2) == 0 ? parameter.Default : Pick(s_texts));
                    break;
                case PlanArgumentKind.Texts:
                    _objects.Add(Enumerable.Range(0, _random.Next(4)).Select(_ => Pick(s_texts)).ToArray());
                    break;
                default:
                    throw new NotSupportedException($"{_method.Name} takes {parameter.Kind}.");
            }
        }

        private PlanValue Other(KernelParameter parameter)
        {
            if (parameter.ClrType == typeof(PlanValue))
            {
                return _random.Next(3) switch { 0 => Sequence(), 1 => new OptionalValue(), _ => parameter.IsOutput ? Output() : Tensor() };
            }

            return parameter.ClrType == typeof(SequenceValue) ? Sequence() : (PlanValue)Activator.CreateInstance(parameter.ClrType)!;
        }

        private SequenceValue Sequence()
        {
            var sequence = new SequenceValue();
            for (int i = _random.Next(3); i > 0; i--)
            {
                sequence.Insert(0, Tensor());
            }

            return sequence;
        }

        private TensorValue Output()
        {
            var output = new TensorValue();
            _outputs.Add(output);
            return output;
        }

        private TensorValue Tensor()
        {
            TensorElementType type = _random.Next(2) == 0 ? _type : Pick(s_types);
            long[] shape = _random.Next(3) switch { 0 => _common, 1 => [_random.Next(6)], _ => Shape() };
            var tensor = new TensorValue();
            if (type == TensorElementType.String)
            {
                tensor.Resize(type, shape);
                foreach (ref string text in tensor.Strings)
                {
                    text = Pick(s_texts);
                }

                return tensor;
            }

            long length = shape.Aggregate(1L, (a, b) => a * b);
            var memory = new GuardedMemory(TensorValue.ByteSize(type, length));
            _memory.Add(memory);
            tensor.View(type, memory.Data, shape);
            Fill(tensor);
            return tensor;
        }

        private void Fill(TensorValue tensor)
        {
            if (Elements.IsPacked(tensor.ElementType) || tensor.ElementType is TensorElementType.Complex64 or TensorElementType.Float8E4M3FN)
            {
                _random.NextBytes(tensor.Bytes);
                return;
            }

            for (long i = 0; i < tensor.Length; i++)
            {
                switch (tensor.ElementType)
                {
                    case TensorElementType.Float32 or TensorElementType.Float64 or TensorElementType.Float16 or TensorElementType.BFloat16:
                        Reals.Write(tensor, i, Real());
                        break;
                    case TensorElementType.Int64:
                        tensor.Pointer<long>()[i] = Number();
                        break;
                    case TensorElementType.Bool:
                        tensor.Data[i] = (byte)_random.Next(2);
                        break;
                    default:
                        Reals.Write(tensor, i, Number());
                        break;
                }
            }
        }

        private long Number() => _random.Next(40) switch
        {
            0 => long.MaxValue,
            1 => long.MinValue,
            2 => int.MaxValue,
            3 => int.MinValue,
            4 => 1L << 50,
            < 8 => _random.Next(-9, 10),
            _ => _random.Next(-2, 4),
        };

        private float Real() => _random.Next(40) switch
        {
            0 => float.NaN,
            1 => float.PositiveInfinity,
            2 => float.NegativeInfinity,
            3 => 1e30f,
            < 12 => _random.Next(-3, 4),
            _ => (_random.NextSingle() * 4) - 2,
        };
    }
}
