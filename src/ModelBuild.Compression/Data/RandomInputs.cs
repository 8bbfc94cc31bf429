using System.Runtime.InteropServices;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Data;

/// <summary>How to generate inputs.</summary>
public sealed record RandomInputOptions
{
    /// <summary>Equal seeds give equal inputs on every machine.</summary>
    public int Seed { get; init; }

    /// <summary>Number of batches.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Shapes by input name, for inputs whose dimensions are not all fixed.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes { get; init; } = new Dictionary<string, IReadOnlyList<long>>();

    /// <summary>Size of dimensions that are neither fixed nor recognised as a batch or a channel; sides of images are at least 64.</summary>
    public long DefaultSize { get; init; } = 16;
}

/// <summary>
/// Seeded random inputs for any model: floats of mean 0 and standard deviation 1, bytes over their whole range, integers within the range that the graph shows
/// (the rows of the table they index, the constant they are compared with). The generator is SplitMix64 and uses only additions and multiplications, so that the bytes are the same everywhere.
/// </summary>
public sealed class RandomInputs : IDataSet
{
    private readonly IReadOnlyList<InputPlan> _inputs;
    private readonly RandomInputOptions _options;

    /// <summary>Decides shapes and ranges; the batches are generated when read.</summary>
    /// <exception cref="ModelException">MB3002: a shape is given for an input that the model does not have, or does not fit it; or an input is not a tensor that can be generated.</exception>
    public RandomInputs(Model model, RandomInputOptions options)
    {
        _options = options;
        _inputs = InputPlan.For(model.Graph, options);
    }

    /// <inheritdoc/>
    public string Name => $"seeded random inputs (seed {_options.Seed})";

    /// <inheritdoc/>
    public int Count => _options.Count;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorData> GetBatch(int index)
    {
        var batch = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        for (int i = 0; i < _inputs.Count; i++)
        {
            var random = new SplitMix64(unchecked(((ulong)(uint)_options.Seed << 32) + ((ulong)index * 1_000_003) + (ulong)i));
            batch.Add(_inputs[i].Name, Generate(_inputs[i], ref random));
        }

        return batch;
    }

    private static TensorData Generate(InputPlan input, ref SplitMix64 random)
    {
        ReadOnlySpan<long> shape = input.Shape;
        long count = 1;
        foreach (long size in shape)
        {
            count *= size;
        }

        if (input.Type == ElementType.String)
        {
            var texts = new ReadOnlyMemory<byte>[count];
            for (int i = 0; i < texts.Length; i++)
            {
                texts[i] = Encoding.UTF8.GetBytes("text " + (char)('a' + (int)random.Next(26)));
            }

            return new StringTensorData(shape, texts);
        }

        byte[] bytes = new byte[input.Type.ByteSize(count)];
        Fill(input, bytes, ref random);
        return new MemoryTensorData(input.Type, shape, bytes);
    }

    private static void Fill(InputPlan input, byte[] bytes, ref SplitMix64 random)
    {
        Span<byte> all = bytes;
        switch (input.Type)
        {
            case ElementType.Float32: FillFloats(MemoryMarshal.Cast<byte, float>(all), ref random, v => v); break;
            case ElementType.Float64: FillFloats(MemoryMarshal.Cast<byte, double>(all), ref random, v => v); break;
            case ElementType.Float16: FillFloats(MemoryMarshal.Cast<byte, Half>(all), ref random, v => (Half)v); break;
            case ElementType.BFloat16: FillFloats(MemoryMarshal.Cast<byte, ushort>(all), ref random, v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16)); break;
            case ElementType.Complex64: FillFloats(MemoryMarshal.Cast<byte, float>(all), ref random, v => v); break;
            case ElementType.Complex128: FillFloats(MemoryMarshal.Cast<byte, double>(all), ref random, v => v); break;
            case ElementType.Int64: FillIntegers(MemoryMarshal.Cast<byte, long>(all), input, ref random, v => v); break;
            case ElementType.UInt64: FillIntegers(MemoryMarshal.Cast<byte, ulong>(all), input, ref random, v => (ulong)v); break;
            case ElementType.Int32: FillIntegers(MemoryMarshal.Cast<byte, int>(all), input, ref random, v => (int)v); break;
            case ElementType.UInt32: FillIntegers(MemoryMarshal.Cast<byte, uint>(all), input, ref random, v => (uint)v); break;
            case ElementType.Int16: FillIntegers(MemoryMarshal.Cast<byte, short>(all), input, ref random, v => (short)v); break;
            case ElementType.UInt16: FillIntegers(MemoryMarshal.Cast<byte, ushort>(all), input, ref random, v => (ushort)v); break;
            case ElementType.Bool: FillIntegers(all, input with { Least = 0, Most = 1 }, ref random, v => (byte)v); break;
            case ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float8E8M0:
                // Below the exponents of NaN and infinity in every 8-bit format.
                FillIntegers(all, input with { Least = 0x20, Most = 0x4f }, ref random, v => (byte)v);
                break;
            default: FillIntegers(all, input with { Least = 0, Most = 255 }, ref random, v => (byte)v); break;
        }
    }

    private static void FillFloats<T>(Span<T> elements, ref SplitMix64 random, Func<float, T> convert)
    {
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = convert(random.NextNormal());
        }
    }

    private static void FillIntegers<T>(Span<T> elements, InputPlan input, ref SplitMix64 random, Func<long, T> convert)
    {
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = convert(input.Least + (long)random.Next((ulong)(input.Most - input.Least) + 1));
        }
    }
}

/// <summary>Sebastiano Vigna's SplitMix64.</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state = unchecked(_state + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }

    /// <summary>Evenly from 0 to <paramref name="bound"/> - 1; 0 stands for 2^64.</summary>
    public ulong Next(ulong bound) => bound == 0 ? Next() : Math.BigMul(Next(), bound, out _);

    /// <summary>Mean 0, standard deviation 1, within +-3.5: the sum of four even numbers, which needs no function that differs between C libraries.</summary>
    public float NextNormal()
    {
        ulong bits = Next();
        int sum = (int)(bits & 0xffff) + (int)((bits >> 16) & 0xffff) + (int)((bits >> 32) & 0xffff) + (int)(bits >> 48);

        // Variance of one term is (65536^2 - 1) / 12, so the deviation of four is 65536 / sqrt(3).
        return (sum - (2 * 65535)) * (1.7320508f / 65536);
    }
}
