namespace ModelBuild.Kernels.NativeCheck;

/// <summary>A transposition of every element size: its blocks are generic static members of interfaces, on which the native compiler has failed.</summary>
internal static unsafe class Transposition
{
    private const int Rows = 37, Columns = 21;

    public static bool IsSame() => IsSame<byte>(i => (byte)i) && IsSame<ushort>(i => (ushort)i) && IsSame<float>(i => i) && IsSame<double>(i => i);

    private static bool IsSame<T>(Func<int, T> make)
        where T : unmanaged, IEquatable<T>
    {
        T[] x = [.. Enumerable.Range(0, Rows * Columns).Select(make)];
        var y = new T[x.Length];
        using var context = new KernelContext();
        fixed (T* from = x)
        fixed (T* to = y)
        {
            Transpose.Run(context, (byte*)from, (byte*)to, sizeof(T), [Rows, Columns], [1, 0]);
        }

        return Enumerable.Range(0, Rows * Columns).All(i => y[((i % Columns) * Rows) + (i / Columns)].Equals(x[i]));
    }
}
