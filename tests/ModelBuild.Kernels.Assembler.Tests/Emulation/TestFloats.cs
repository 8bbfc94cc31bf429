using System.Runtime.InteropServices;

namespace ModelBuild.Kernels.Assembler.Tests.Emulation;

/// <summary>Floats at a fixed place, aligned to 64 bytes.</summary>
internal sealed unsafe class TestFloats : IDisposable
{
    public TestFloats(long count)
    {
        Count = count;
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)(Math.Max(count, 1) * sizeof(float)), 64);
        Span.Clear();
    }

    public long Count { get; }

    public float* Pointer { get; }

    public Span<float> Span => new(Pointer, (int)Count);

    /// <summary>Random ones, and allowed to be touched.</summary>
    public static TestFloats Random(long count, Random random, EmulatedMemory memory, bool isWritable = false)
    {
        var floats = new TestFloats(count);
        foreach (ref float value in floats.Span)
        {
            value = (random.NextSingle() * 2) - 1;
        }

        memory.Allow(floats.Pointer, count * sizeof(float), isWritable);
        return floats;
    }

    /// <summary>Fails unless the bits are the same.</summary>
    public void AssertEquals(ReadOnlySpan<float> expected, string message)
    {
        Span<uint> actual = MemoryMarshal.Cast<float, uint>(Span);
        ReadOnlySpan<uint> wanted = MemoryMarshal.Cast<float, uint>(expected);
        int same = actual.CommonPrefixLength(wanted);
        if (same != wanted.Length || same != actual.Length)
        {
            Assert.Fail($"{message}: element {same} is {Span[same]} and not {expected[same]}.");
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(Pointer);
}
