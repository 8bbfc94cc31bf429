using System.Globalization;

namespace ModelBuild.Benchmarks;

/// <summary>Measurements as Markdown tables. Both sides of a comparison are interleaved in one process.</summary>
internal static class Program
{
    private const string Usage = """
        speed [--models DIR] [--threads N]   whole models on the compiled backend against ONNX Runtime
        steps [--models DIR] [--threads N]   the same, with the time of each kernel
        open [--models DIR] [--threads N]    calls of a model with ONNX Runtime: through a generated class's path, the bare C API, the managed wrapper; opening
        build                                what models cost a build
        kernels gemm|moves|elementwise [--threads N]   single kernels against ONNX Runtime's
        kernels conv [--threads N] [--filter TEXT]   convolution kernels against ONNX Runtime's
        """;

    private static int Main(string[] args)
    {
        string? models = null;
        string filter = "";
        int threads = 1;
        for (int i = args is ["kernels", ..] ? 2 : 1; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--models":
                    models = args[i + 1];
                    break;
                case "--threads" when int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out threads):
                    break;
                case "--filter":
                    filter = args[i + 1];
                    break;
                default:
                    return Fail();
            }
        }

        switch (args)
        {
            case ["speed", ..] when args.Length % 2 == 1:
                Machine.Describe();
                CompiledBenchmark.Run(models, threads, steps: false);
                return 0;
            case ["steps", ..] when args.Length % 2 == 1:
                Machine.Describe();
                CompiledBenchmark.Run(models, threads, steps: true);
                return 0;
            case ["open", ..] when args.Length % 2 == 1:
                Machine.Describe();
                SpeedBenchmark.Run(models, threads);
                OpenBenchmark.Run(models, threads);
                return 0;
            case ["kernels", "conv", ..] when args.Length % 2 == 0:
                Machine.Describe();
                ConvolutionBenchmark.Run(threads, filter);
                return 0;
            case ["build"]:
                Machine.Describe();
                BuildBenchmark.Run();
                return 0;
            case ["kernels", "gemm", ..] when args.Length % 2 == 0:
                Machine.Describe();
                GemmBenchmark.Run(threads);
                return 0;
            case ["kernels", "moves", ..] when args.Length % 2 == 0:
                Machine.Describe();
                MovementBenchmark.Run(threads);
                return 0;
            case ["kernels", "elementwise", ..] when args.Length % 2 == 0:
                Machine.Describe();
                ElementwiseBenchmark.Run(threads);
                return 0;
            default:
                return Fail();
        }
    }

    private static int Fail()
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }
}
