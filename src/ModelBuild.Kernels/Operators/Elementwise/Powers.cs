using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>Powers of two tensors, with broadcasting.</summary>
public static unsafe class Powers
{
    /// <summary><c>x^y</c>, of the type of <paramref name="x"/>. Integer powers of integers wrap; real ones are cut towards zero.</summary>
    /// <param name="context">Threads and temporaries.</param>
    /// <param name="x">Numbers.</param>
    /// <param name="y">Numbers, of another type perhaps.</param>
    /// <param name="z">Result.</param>
    /// <exception cref="KernelException">The shapes don't fit each other, or a type has no numbers.</exception>
    public static void Pow(KernelContext context, TensorValue x, TensorValue y, [Output] TensorValue z)
    {
        if (x.ElementType == TensorElementType.Float32 && y.Length == 1 && y.Rank <= x.Rank && NumberReader.Kind(y.ElementType) != NumberKind.Unsigned
            && Reals.Read(y, 0) == 2)
        {
            UnaryOperators.RunVector<Square>(context, x, z);
            return;
        }

        if (!UnaryOperators.IsReal(x.ElementType) && UnaryOperators.IsReal(y.ElementType))
        {
            TensorValue wideX = context.Temporary(3);
            TensorValue wideY = context.Temporary(4);
            TensorValue wideZ = context.Temporary(5);
            Casting.Cast(x, wideX, (long)TensorElementType.Float64);
            Casting.Cast(y, wideY, (long)TensorElementType.Float64);
            BinaryOperators.RunNumber<Power>(context, wideX, wideY, wideZ);
            Casting.Cast(wideZ, z, (long)x.ElementType);
            return;
        }

        if (y.ElementType != x.ElementType)
        {
            TensorValue exponent = context.Temporary(4);
            Casting.Cast(y, exponent, (long)x.ElementType);
            y = exponent;
        }

        BinaryOperators.RunNumber<Power>(context, x, y, z);
    }
}
