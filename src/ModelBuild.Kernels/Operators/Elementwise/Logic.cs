using System.Numerics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Operators on truth values and on the bits of integers, with broadcasting.</summary>
public static unsafe class Logic
{
    private interface IBitOperation
    {
        static abstract T Invoke<T>(T x, T y)
            where T : IBinaryInteger<T>;
    }

    /// <summary><c>a and b</c>.</summary>
    /// <param name="a">Truth values.</param>
    /// <param name="b">Truth values.</param>
    /// <param name="c">Result.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other.</exception>
    public static void And(TensorValue a, TensorValue b, [Output] TensorValue c) => Truths<Both>(a, b, c);

    /// <summary><c>a or b</c>.</summary>
    /// <inheritdoc cref="And"/>
    public static void Or(TensorValue a, TensorValue b, [Output] TensorValue c) => Truths<Either>(a, b, c);

    /// <summary>Whether one is true and the other is not.</summary>
    /// <inheritdoc cref="And"/>
    public static void Xor(TensorValue a, TensorValue b, [Output] TensorValue c) => Truths<OneOf>(a, b, c);

    /// <summary><c>not x</c>.</summary>
    /// <param name="x">Truth values.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void Not(TensorValue x, [Output] TensorValue y)
    {
        CheckTruths(x);
        y.Resize(TensorElementType.Bool, x.Shape);
        for (long i = 0; i < x.Length; i++)
        {
            y.Data[i] = x.Data[i] == 0 ? (byte)1 : (byte)0;
        }
    }

    /// <summary>Bits of both.</summary>
    /// <param name="a">Integers.</param>
    /// <param name="b">Integers of the same type.</param>
    /// <param name="c">Result.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other.</exception>
    public static void BitwiseAnd(TensorValue a, TensorValue b, [Output] TensorValue c) => Bits<Both>(a, b, c);

    /// <summary>Bits of either.</summary>
    /// <inheritdoc cref="BitwiseAnd"/>
    public static void BitwiseOr(TensorValue a, TensorValue b, [Output] TensorValue c) => Bits<Either>(a, b, c);

    /// <summary>Bits of one of them.</summary>
    /// <inheritdoc cref="BitwiseAnd"/>
    public static void BitwiseXor(TensorValue a, TensorValue b, [Output] TensorValue c) => Bits<OneOf>(a, b, c);

    /// <summary>The other bits.</summary>
    /// <param name="x">Integers.</param>
    /// <param name="y">Result.</param>
    /// <exception cref="KernelException">The type is another.</exception>
    public static void BitwiseNot(TensorValue x, [Output] TensorValue y)
    {
        if (!IsInteger(x.ElementType))
        {
            throw NotIntegers(x);
        }

        y.Resize(x.ElementType, x.Shape);
        for (long i = 0; i < x.ByteLength; i++)
        {
            y.Data[i] = (byte)~x.Data[i];
        }
    }

    /// <summary>Bits moved up or down; 0 from the type's width on.</summary>
    /// <param name="x">Unsigned integers.</param>
    /// <param name="y">How far, the same type.</param>
    /// <param name="z">Result.</param>
    /// <param name="direction"><c>LEFT</c> or <c>RIGHT</c>.</param>
    /// <exception cref="KernelException">Types or shapes don't fit each other, or the direction is another.</exception>
    public static void BitShift(TensorValue x, TensorValue y, [Output] TensorValue z, string direction)
    {
        switch (direction)
        {
            case "LEFT":
                Bits<ShiftUp>(x, y, z);
                break;
            case "RIGHT":
                Bits<ShiftDown>(x, y, z);
                break;
            default:
                throw new KernelException($"The direction of a shift is LEFT or RIGHT, not {direction}.");
        }
    }

    private static void Truths<TOperation>(TensorValue a, TensorValue b, TensorValue c)
        where TOperation : struct, IBitOperation
    {
        CheckTruths(a);
        CheckTruths(b);
        BinaryOperators.ResizeResult(a, b, c, TensorElementType.Bool);
        BroadcastLoop.Run<Truth<TOperation>, byte, byte>(a, b, c);
    }

    private static void Bits<TOperation>(TensorValue a, TensorValue b, TensorValue c)
        where TOperation : struct, IBitOperation
    {
        BinaryOperators.CheckTypes(a, b);
        if (!IsInteger(a.ElementType))
        {
            throw NotIntegers(a);
        }

        BinaryOperators.ResizeResult(a, b, c, a.ElementType);
        switch (TensorValue.ByteSize(a.ElementType, 1))
        {
            case 1:
                BroadcastLoop.Run<Bit<TOperation, byte>, byte, byte>(a, b, c);
                break;
            case 2:
                BroadcastLoop.Run<Bit<TOperation, ushort>, ushort, ushort>(a, b, c);
                break;
            case 4:
                BroadcastLoop.Run<Bit<TOperation, uint>, uint, uint>(a, b, c);
                break;
            default:
                BroadcastLoop.Run<Bit<TOperation, ulong>, ulong, ulong>(a, b, c);
                break;
        }
    }

    private static bool IsInteger(TensorElementType type) => type is TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.Int16 or TensorElementType.Int8
        or TensorElementType.UInt64 or TensorElementType.UInt32 or TensorElementType.UInt16 or TensorElementType.UInt8;

    private static void CheckTruths(TensorValue x)
    {
        if (x.ElementType != TensorElementType.Bool)
        {
            throw new KernelException($"Truth values are expected, not {x}.");
        }
    }

    private static KernelException NotIntegers(TensorValue x) => new($"Integers are expected, not {x}.");

    private readonly struct Bit<TOperation, T> : IElementFunction<T, T>
        where TOperation : struct, IBitOperation
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Invoke(T x, T y) => TOperation.Invoke(x, y);
    }

    // A truth value that came from outside may be any byte but 0.
    private readonly struct Truth<TOperation> : IElementFunction<byte, byte>
        where TOperation : struct, IBitOperation
    {
        public static byte Invoke(byte x, byte y) => TOperation.Invoke(x == 0 ? (byte)0 : (byte)1, y == 0 ? (byte)0 : (byte)1);
    }

    private readonly struct Both : IBitOperation
    {
        public static T Invoke<T>(T x, T y)
            where T : IBinaryInteger<T> => x & y;
    }

    private readonly struct Either : IBitOperation
    {
        public static T Invoke<T>(T x, T y)
            where T : IBinaryInteger<T> => x | y;
    }

    private readonly struct OneOf : IBitOperation
    {
        public static T Invoke<T>(T x, T y)
            where T : IBinaryInteger<T> => x ^ y;
    }

    private readonly struct ShiftUp : IBitOperation
    {
        public static T Invoke<T>(T x, T y)
            where T : IBinaryInteger<T> => y >= T.CreateTruncating(x.GetByteCount() * 8) ? T.Zero : x << int.CreateTruncating(y);
    }

    private readonly struct ShiftDown : IBitOperation
    {
        public static T Invoke<T>(T x, T y)
            where T : IBinaryInteger<T> => y >= T.CreateTruncating(x.GetByteCount() * 8) ? T.Zero : x >> int.CreateTruncating(y);
    }
}
