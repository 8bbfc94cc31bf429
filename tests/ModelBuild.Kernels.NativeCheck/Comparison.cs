using System.Diagnostics;
using System.Runtime.InteropServices;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels.NativeCheck;

/// <summary>One piece of work, done with the installed kernels and with the C# legs.</summary>
internal sealed unsafe class Comparison : IDisposable
{
    private const int Rounds = 15;

    private readonly KernelContext _context = new();
    private readonly List<nint> _memory = [];
    private readonly Action<Comparison> _work;
    private readonly Action<Comparison> _scalar;
    private readonly long _outputs;

    private Comparison(string name, long inputs, long weights, long outputs, Action<Comparison> work, Action<Comparison>? scalar = null)
    {
        Name = name;
        _outputs = outputs;
        _work = work;
        _scalar = scalar ?? work;
        X = Floats(inputs);
        W = Floats(weights);
        Y = Floats(outputs);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    private float* X { get; }

    private float* W { get; }

    private float* Y { get; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Comparison> All()
    {
        var all = new List<Comparison>();
        all.Add(new("gemm", 128 * 768, 768 * 768, 128 * 768, c => Gemm.Packed(c._context, c.X, c.W, null, null, c.Y, 128, 768, 768, 768, 768)));
        all.Add(new("gemv", 768, 768 * 768, 768, c => Gemm.Packed(c._context, c.X, c.W, null, null, c.Y, 1, 768, 768, 768, 768)));
        all.Add(new("conv", 64 * 28 * 28, 64 * 64 * 9, 64 * 28 * 28, c => Convolution.Blocked(c._context, c.X, c.W, null, null, c.Y, 1, 64, 28, 28, 64, 28, 28, 3, 3, padTop: 1, padLeft: 1)));
        all.Add(new("pointwise", 128 * 14 * 14, 128 * 128, 128 * 14 * 14, c => Convolution.Blocked(c._context, c.X, c.W, null, null, c.Y, 1, 128, 14, 14, 128, 14, 14, 1, 1)));
        all.Add(new("depthwise", 64 * 28 * 28, 64 * 9, 64 * 28 * 28, c => Convolution.Depthwise(c._context, c.X, c.W, null, null, c.Y, 1, 64, 28, 28, 28, 28, 3, 3, padTop: 1, padLeft: 1)));
        all.Add(new("planar", 3 * 56 * 56, 32 * 147, 32 * 28 * 28, c => Convolution.FirstLayer(c._context, c.X, c.W, null, null, c.Y, 1, 3, 56, 56, 32, 28, 28, 7, 7, 2, 2, 3, 3)));
        all.Add(Function<Gelu>());
        all.Add(Function<GeluTanh>());
        all.Add(Function<Sigmoid>());
        all.Add(Function<Silu>());
        all.Add(Function<Tanh>());
        all.Add(Function<HardSwish>());
        all.Add(new("softmax", 64 * 131, 0, 64 * 131, c => Softmax<Float32x4>(c, isScalar: false), c => Softmax<Float32x1>(c, isScalar: true)));
        return all;
    }

    /// <summary>Whether machine code and the scalar leg give the same bits.</summary>
    public bool IsSame()
    {
        _work(this);
        uint[] emitted = new Span<uint>(Y, (int)_outputs).ToArray();
        new Span<uint>(Y, (int)_outputs).Clear();
        using (new OtherLegs(isScalar: true))
        {
            _scalar(this);
        }

        return new Span<uint>(Y, (int)_outputs).SequenceEqual(emitted);
    }

    /// <summary>How many times faster machine code is than C#: medians, both taking turns.</summary>
    public double Ratio()
    {
        double[] emitted = new double[Rounds], compiled = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            emitted[round] = Time();
            using (new OtherLegs(isScalar: false))
            {
                compiled[round] = Time();
            }
        }

        Array.Sort(emitted);
        Array.Sort(compiled);
        return compiled[Rounds / 2] / emitted[Rounds / 2];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _memory.ForEach(pointer => NativeMemory.AlignedFree((void*)pointer));
    }

    private static Comparison Function<TOperation>()
        where TOperation : struct, IUnaryOperation
    {
        const int Length = 16384 + 5;
        return new(
            typeof(TOperation).Name, Length, 0, Length, c => UnaryLoop.Run<TOperation>(c.X, c.Y, Length, 0.2f, 0.5f), c => UnaryLoop.Run<Float32x1, TOperation>(c.X, c.Y, Length, 0.2f, 0.5f));
    }

    private static void Softmax<T>(Comparison c, bool isScalar)
        where T : struct, IFloatVector<T>
    {
        for (int row = 0; row < 64; row++)
        {
            if (isScalar)
            {
                SoftmaxLoop.Row<T>(c.X + (row * 131), null, c.Y + (row * 131), 131, 0.5f, false);
            }
            else
            {
                SoftmaxLoop.Row(c.X + (row * 131), null, c.Y + (row * 131), 131, 0.5f, false);
            }
        }
    }

    private double Time()
    {
        _work(this);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3; i++)
        {
            _work(this);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private float* Floats(long count)
    {
        var pointer = (float*)NativeMemory.AlignedAlloc((nuint)((count + 16) * sizeof(float)), 64);
        _memory.Add((nint)pointer);
        var random = new Random((int)count);
        for (long i = 0; i < count; i++)
        {
            pointer[i] = (random.NextSingle() * 4) - 2;
        }

        return pointer;
    }

    private static readonly List<(Func<nint> Get, Action<nint> Set)> s_functions =
        [Place<Gelu>(), Place<GeluTanh>(), Place<Sigmoid>(), Place<Silu>(), Place<Tanh>(), Place<HardSwish>(), Place<ShiftedExp>()];

    private static (Func<nint> Get, Action<nint> Set) Place<TOperation>()
        where TOperation : struct, IUnaryOperation =>
        (() => UnaryMicrokernels.Of<TOperation>.Address, address => UnaryMicrokernels.Of<TOperation>.Address = address);

    /// <summary>The C# legs instead of the installed kernels, until disposed.</summary>
    private sealed class OtherLegs : IDisposable
    {
        private readonly GemmMicrokernels _gemm = GemmMicrokernels.Current;
        private readonly ConvolutionMicrokernels _convolution = ConvolutionMicrokernels.Current;

        private readonly nint[] _functions = [.. s_functions.Select(f => f.Get())];

        public OtherLegs(bool isScalar)
        {
            s_functions.ForEach(f => f.Set(0));
            GemmMicrokernels.Current = isScalar ? GemmLegs.All().First() : GemmLegs.Best();
            ConvolutionMicrokernels.Current = isScalar ? ConvolutionMicrokernels.Scalar : ConvolutionMicrokernels.Supported().Last();
        }

        public void Dispose()
        {
            GemmMicrokernels.Current = _gemm;
            ConvolutionMicrokernels.Current = _convolution;
            for (int i = 0; i < _functions.Length; i++)
            {
                s_functions[i].Set(_functions[i]);
            }
        }
    }
}
