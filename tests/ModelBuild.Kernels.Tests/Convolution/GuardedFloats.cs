using System.Runtime.InteropServices;

namespace ModelBuild.Kernels.Tests;

/// <summary>Memory of floats between two zones of NaN: what reads beyond its end spreads NaN, what writes there is found out by <see cref="AssertGuards"/>.</summary>
internal sealed unsafe class GuardedFloats : IDisposable
{
    private const int Guard = 64;
    private static readonly int s_mark = BitConverter.SingleToInt32Bits(float.NaN) | 0x1234;

    private readonly float* _memory;

    public GuardedFloats(long length)
    {
        Length = checked((int)length);
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)((Length + 2 * Guard) * sizeof(float)), 64);
        new Span<int>(_memory, Length + 2 * Guard).Fill(s_mark);
    }

    public GuardedFloats(ReadOnlySpan<float> values)
        : this(values.Length) => values.CopyTo(Span);

    ~GuardedFloats() => NativeMemory.AlignedFree(_memory);

    public int Length { get; }

    public float* Pointer => _memory + Guard;

    public Span<float> Span => new(Pointer, Length);

    public static GuardedFloats Random(Random random, long length)
    {
        var result = new GuardedFloats(length);
        foreach (ref float value in result.Span)
        {
            value = random.NextSingle() * 2 - 1;
        }

        return result;
    }

    public void AssertGuards()
    {
        var marks = new Span<int>(_memory, Length + 2 * Guard);
        Assert.IsFalse(marks[..Guard].ContainsAnyExcept(s_mark), "Written before the beginning.");
        Assert.IsFalse(marks[(Guard + Length)..].ContainsAnyExcept(s_mark), "Written behind the end.");
    }

    public void Dispose()
    {
        AssertGuards();
        NativeMemory.AlignedFree(_memory);
        GC.SuppressFinalize(this);
    }
}
