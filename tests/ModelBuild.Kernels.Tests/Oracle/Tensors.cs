using System.Runtime.InteropServices;
using CsCheck;

namespace ModelBuild.Kernels.Tests.Oracle;

/// <summary>Makes and compares tensors.</summary>
internal static unsafe class Tensors
{
    /// <summary>Types whose elements differ in size, as operators that move elements see them.</summary>
    public static TensorElementType[] OfEverySize { get; } =
        [TensorElementType.UInt8, TensorElementType.Float16, TensorElementType.Float32, TensorElementType.Int64, TensorElementType.Bool, TensorElementType.String];

    /// <summary>Shapes with some dimensions of 0 and 1.</summary>
    public static Gen<long[]> Shapes(int minRank, int maxRank, long largest = 6) =>
        Gen.Frequency((1, Gen.Const(0L)), (3, Gen.Const(1L)), (16, Gen.Long[2, largest])).Array[minRank, maxRank];

    public static TensorValue Of<T>(TensorElementType type, ReadOnlySpan<long> shape, params ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        var tensor = new TensorValue(type, shape);
        MemoryMarshal.AsBytes(elements).CopyTo(tensor.Bytes);
        return tensor;
    }

    public static TensorValue Floats(ReadOnlySpan<long> shape, params ReadOnlySpan<float> elements) => Of(TensorElementType.Float32, shape, elements);

    /// <summary>A list of 64-bit integers.</summary>
    public static TensorValue Longs(params ReadOnlySpan<long> elements) => Of(TensorElementType.Int64, [elements.Length], elements);

    public static TensorValue Texts(ReadOnlySpan<long> shape, params ReadOnlySpan<string> elements)
    {
        var tensor = new TensorValue(TensorElementType.String, shape);
        elements.CopyTo(tensor.Strings);
        return tensor;
    }

    /// <summary>Different elements, as far as the type has enough values.</summary>
    public static TensorValue Counting(TensorElementType type, params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorValue(type, shape);
        for (int i = 0; i < tensor.Length; i++)
        {
            switch (type)
            {
                case TensorElementType.String:
                    tensor.Strings[i] = $"t{i}";
                    break;
                case TensorElementType.Bool:
                    tensor.Data[i] = (byte)(i * 7 / 3 % 2);
                    break;
                case TensorElementType.Float16:
                    tensor.Pointer<Half>()[i] = (Half)i;
                    break;
                case TensorElementType.Float32:
                    tensor.Pointer<float>()[i] = i + 0.5f;
                    break;
                case TensorElementType.Float64:
                    tensor.Pointer<double>()[i] = i + 0.5;
                    break;
                case TensorElementType.Int64:
                    tensor.Pointer<long>()[i] = i - 3;
                    break;
                case TensorElementType.Int32:
                    tensor.Pointer<int>()[i] = i - 3;
                    break;
                default:
                    tensor.Data[i] = (byte)i;
                    break;
            }
        }

        return tensor;
    }

    /// <summary>Fails unless type, shape and every bit agree; numbers may be given some room.</summary>
    public static void AreEqual(TensorValue expected, TensorValue actual, string because = "", double tolerance = 0)
    {
        Assert.AreEqual(expected.ToString(), actual.ToString(), because);
        if (expected.ElementType == TensorElementType.String)
        {
            Assert.AreEqual(string.Join("|", expected.Strings.ToArray()), string.Join("|", actual.Strings.ToArray()), because);
            return;
        }

        if (tolerance > 0)
        {
            for (long i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(Reals.Read(expected, i), Reals.Read(actual, i), tolerance * Math.Max(1, Math.Abs(Reals.Read(expected, i))), $"{because} at {i}");
            }

            return;
        }

        int different = expected.Bytes.CommonPrefixLength(actual.Bytes);
        Assert.AreEqual(expected.Bytes.Length, different, $"{because}: {expected} differs at byte {different}.");
    }
}
