using CsCheck;

namespace ModelBuild.Kernels.Tests.Oracle;

/// <summary>Random values for tests: the same in every run; MODELBUILD_FUZZ_SEED asks for others.</summary>
internal static class Pick
{
    private const int Iterations = 150;

    /// <summary>One of some values, each as likely.</summary>
    public static Gen<T> From<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Runs a check on many values.</summary>
    public static void Each<T>(this Gen<T> values, Action<T> check)
    {
        ulong seed = ulong.TryParse(Environment.GetEnvironmentVariable("MODELBUILD_FUZZ_SEED"), out ulong wanted) ? wanted : 1;
        for (uint stream = 0; stream < Iterations; stream++)
        {
            check(values.Generate(new PCG(stream, seed), null, out _));
        }
    }

    public static void Each<T1, T2>(this Gen<(T1, T2)> values, Action<T1, T2> check) => values.Each(v => check(v.Item1, v.Item2));

    public static void Each<T1, T2, T3>(this Gen<(T1, T2, T3)> values, Action<T1, T2, T3> check) => values.Each(v => check(v.Item1, v.Item2, v.Item3));

    public static void Each<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> values, Action<T1, T2, T3, T4> check) => values.Each(v => check(v.Item1, v.Item2, v.Item3, v.Item4));

    public static void Each<T1, T2, T3, T4, T5>(this Gen<(T1, T2, T3, T4, T5)> values, Action<T1, T2, T3, T4, T5> check) => values.Each(v => check(v.Item1, v.Item2, v.Item3, v.Item4, v.Item5));

    public static void Each<T1, T2, T3, T4, T5, T6>(this Gen<(T1, T2, T3, T4, T5, T6)> values, Action<T1, T2, T3, T4, T5, T6> check) =>
        values.Each(v => check(v.Item1, v.Item2, v.Item3, v.Item4, v.Item5, v.Item6));
}
