using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary>One lane: the reference that the wider ones are compared with.</summary>
/// <param name="value">The lane.</param>
public readonly unsafe struct Float32x1(float value) : IFloatVector<Float32x1>
{
    /// <summary>The lane.</summary>
    internal readonly float Value = value;

    /// <inheritdoc/>
    public static int Count => 1;

    private int Bits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BitConverter.SingleToInt32Bits(Value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 Create(float value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 Load(float* source) => new(*source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Float32x1 value, float* destination) => *destination = value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 operator +(Float32x1 left, Float32x1 right) => new(left.Value + right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 operator -(Float32x1 left, Float32x1 right) => new(left.Value - right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 operator *(Float32x1 left, Float32x1 right) => new(left.Value * right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 operator /(Float32x1 left, Float32x1 right) => new(left.Value / right.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 FusedMultiplyAdd(Float32x1 left, Float32x1 right, Float32x1 addend) => new(MathF.FusedMultiplyAdd(left.Value, right.Value, addend.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 Max(Float32x1 left, Float32x1 right) => left.Value > right.Value ? left : right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 Min(Float32x1 left, Float32x1 right) => left.Value < right.Value ? left : right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 Sqrt(Float32x1 value) => new(MathF.Sqrt(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 Round(Float32x1 value) => new(MathF.Round(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 Floor(Float32x1 value) => new(MathF.Floor(value.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 LessThan(Float32x1 left, Float32x1 right) => FromBits(left.Value < right.Value ? -1 : 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 Equal(Float32x1 left, Float32x1 right) => FromBits(left.Value == right.Value ? -1 : 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 Select(Float32x1 mask, Float32x1 whenTrue, Float32x1 whenFalse) => (mask & whenTrue) | FromBits(~mask.Bits & whenFalse.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 operator &(Float32x1 left, Float32x1 right) => FromBits(left.Bits & right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 operator |(Float32x1 left, Float32x1 right) => FromBits(left.Bits | right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 operator ^(Float32x1 left, Float32x1 right) => FromBits(left.Bits ^ right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 AddBits(Float32x1 left, Float32x1 right) => FromBits(left.Bits + right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 SubtractBits(Float32x1 left, Float32x1 right) => FromBits(left.Bits - right.Bits);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 ShiftLeft(Float32x1 value, int count) => FromBits(value.Bits << count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 ShiftRight(Float32x1 value, int count) => FromBits(value.Bits >> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32x1 ConvertFromBits(Float32x1 value) => new(value.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float32x1 FromBits(int bits) => new(BitConverter.Int32BitsToSingle(bits));
}
