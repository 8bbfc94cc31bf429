using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Benchmarks;

/// <summary>
/// What models cost a build: with and without them, the two interleaved. Uses the tasks and the tool of this repository, as built, through the files that a
/// package brings; nothing is packed.
/// </summary>
internal static class BuildBenchmark
{
    private const int Rounds = 11;
    private const long Megabyte = 1_000_000;

    private static readonly string[] s_designTime =
        ["-t:Compile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true"];

    /// <summary>Runs all and prints a table.</summary>
    public static void Run()
    {
        string folder = Directory.CreateTempSubdirectory("modelbuild-benchmark").FullName;
        try
        {
            Console.WriteLine("| Work | Without | With | Difference | Limit |");
            Console.WriteLine("|---|---|---|---|---|");
            NoOpBuild(folder);
            DesignTimeBuild(folder);
            Inspect(folder);
            CleanCompile(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void NoOpBuild(string folder)
    {
        string without = WriteProject(folder, "without", []);
        string with = WriteProject(folder, "with", ["a.onnx", "b.onnx"]);
        WriteModel(Path.Combine(with, "a.onnx"), 1 * Megabyte, 1);
        WriteModel(Path.Combine(with, "b.onnx"), 1 * Megabyte, 1);
        Compare("no-op build, two assets", [without, with], ["build", "--no-restore", "-v:q"], "60 ms");
    }

    /// <summary>What a compiled model of 1,000 nodes adds to a compile whose other inputs are ready, and to a build that has nothing to do.</summary>
    private static void CleanCompile(string folder)
    {
        string without = WriteProject(folder, "compile-without", []);
        string with = WriteProject(folder, "compile-with", ["deep.onnx"], "Compiled");
        WriteDeepModel(Path.Combine(with, "deep.onnx"), 1000);
        string[] projects = [without, with];
        void Clean()
        {
            foreach (string project in projects)
            {
                File.Delete(Path.Combine(project, "obj", "Debug", "net10.0", "App.dll"));
            }
        }

        Compare("compile, model of 1,000 nodes, compiler starts with it", projects, ["build", "--no-restore", "-v:q", "-p:UseSharedCompilation=false"], "2000 ms", Clean);
        Compare("compile, model of 1,000 nodes, compiler server", projects, ["build", "--no-restore", "-v:q", "-p:UseSharedCompilation=true"], "2000 ms", Clean);
        Compare("no-op build, compiled model of 1,000 nodes", projects, ["build", "--no-restore", "-v:q"], "60 ms");
    }

    private static void DesignTimeBuild(string folder)
    {
        string without = WriteProject(folder, "design-without", []);
        string with = WriteProject(folder, "design-with", ["large.onnx"]);
        WriteModel(Path.Combine(with, "large.onnx"), 400 * Megabyte, 4);
        Compare("design-time build, 400 MB model, cached", [without, with], ["build", "--no-restore", "-v:q", .. s_designTime], "100 ms");
        File.Delete(Path.Combine(with, "large.onnx"));
    }

    private static void Compare(string work, string[] projects, string[] arguments, string limit, Action? before = null)
    {
        foreach (string project in projects)
        {
            RunDotNet(project, ["restore", "-v:q"]);
            RunDotNet(project, arguments);
        }

        double[][] times = [new double[Rounds], new double[Rounds]];
        for (int round = 0; round < Rounds; round++)
        {
            before?.Invoke();
            for (int side = 0; side < 2; side++)
            {
                times[side][round] = RunDotNet(projects[side], arguments).Milliseconds;
            }
        }

        double difference = Statistics.Median([.. times[1].Zip(times[0], (with, without) => with - without)]);
        Console.WriteLine($"| {work} | {Format(Statistics.Median(times[0]))} ms | {Format(Statistics.Median(times[1]))} ms | {Format(difference)} ms | {limit} |");
    }

    private static void Inspect(string folder)
    {
        string model = Path.Combine(folder, "huge.onnx");
        WriteModel(model, 1_400 * Megabyte, 14);
        string[] arguments = ["exec", ToolAssembly, "inspect", model, "--json"];
        RunDotNet(folder, arguments);
        double[] times = new double[Rounds];
        long memory = 0;
        for (int round = 0; round < Rounds; round++)
        {
            (times[round], long peak) = RunDotNet(folder, arguments);
            memory = Math.Max(memory, peak);
        }

        Console.WriteLine($"| inspect, 1.4 GB file, process start included | | {Format(Statistics.Median(times))} ms, {memory / Megabyte} MB | | 100 ms, 100 MB |");
    }

    private static string WriteProject(string folder, string name, string[] assets, string backend = "OnnxRuntime")
    {
        string project = Path.Combine(folder, name);
        Directory.CreateDirectory(project);
        File.WriteAllText(Path.Combine(project, "Program.cs"), "System.Console.WriteLine();\n");
        File.WriteAllText(Path.Combine(project, "App.csproj"), $"""
            <Project>
              <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
              <Import Project="{Root}build/ModelBuild.props" />
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ModelBuildBackends>OnnxRuntime</ModelBuildBackends>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <ModelBuildCacheDirectory>{Path.Combine(folder, "cache")}</ModelBuildCacheDirectory>
                <ModelBuildTasksAssembly>{Root}src/ModelBuild.Tasks/bin/{Configuration}/netstandard2.0/ModelBuild.Tasks.dll</ModelBuildTasksAssembly>
                <ModelBuildToolAssembly>{ToolAssembly}</ModelBuildToolAssembly>
              </PropertyGroup>
              <ItemGroup>
                <Analyzer Include="{Root}src/ModelBuild.Generator/bin/{Configuration}/netstandard2.0/ModelBuild.Generator.dll" />
                <Reference Include="{Root}src/ModelBuild.Runtime/bin/{Configuration}/net10.0/ModelBuild.Runtime.dll" />
                <Reference Include="{Root}src/ModelBuild.Runtime.OnnxRuntime/bin/{Configuration}/net10.0/ModelBuild.Runtime.OnnxRuntime.dll" />
                <Reference Include="{Root}src/ModelBuild.Kernels/bin/{Configuration}/net10.0/ModelBuild.Kernels.dll" />
                <Reference Include="{Path.GetDirectoryName(ToolAssembly)}/System.Numerics.Tensors.dll" />
                {string.Concat(assets.Select(asset => $"<ModelAsset Include=\"{asset}\" Backend=\"{backend}\" />"))}
              </ItemGroup>
              <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
              <Import Project="{Root}build/ModelBuild.targets" />
            </Project>
            """);
        return project;
    }

    // A chain of matrix multiplications: as many weights as wanted in a model that any backend can open.
    private static void WriteModel(string path, long bytes, int layers)
    {
        int size = (int)Math.Sqrt(bytes / layers / sizeof(float));
        using var model = new Model { IrVersion = 9, ProducerName = "ModelBuild.Benchmarks" };
        model.OpsetImports[""] = 17;
        var value = new Value("x") { Type = new TensorType(ElementType.Float32, Shape.Of(1, size)) };
        model.Graph.Name = "chain";
        model.Graph.Inputs.Add(value);
        float[] weights = new float[size * size];
        TensorData data = TensorData.Create<float>(ElementType.Float32, [size, size], weights);
        for (int layer = 0; layer < layers; layer++)
        {
            var next = new Value("y" + layer.ToString(CultureInfo.InvariantCulture)) { Type = new TensorType(ElementType.Float32, Shape.Of(1, size)) };
            model.Graph.Nodes.Add(new Node("MatMul", [value, model.Graph.AddInitializer("w" + layer.ToString(CultureInfo.InvariantCulture), data)], [next]));
            value = next;
        }

        model.Graph.Outputs.Add(value);
        ModelFormats.Write(model, path, new ModelWriteOptions { ExternalData = false });
    }

    // Blocks of an attention network's small operators, which fuse as little as such a network's do.
    private static void WriteDeepModel(string path, int nodes)
    {
        const int Size = 64;
        using var model = new Model { IrVersion = 9, ProducerName = "ModelBuild.Benchmarks" };
        model.OpsetImports[""] = 17;
        model.Graph.Name = "deep";
        var builder = new GraphBuilder(model);
        Value value = builder.Input("x", ElementType.Float32, Shape.Of(8, Size));
        float[] weights = [.. Enumerable.Range(0, Size * Size).Select(i => MathF.Sin(i) / Size)];
        for (int block = 0; model.Graph.Nodes.Count < nodes; block++)
        {
            builder.Scope = "block" + block.ToString(CultureInfo.InvariantCulture);
            Value Weights() => builder.Constant(TensorData.Create<float>(ElementType.Float32, [Size, Size], weights));
            Value Bias() => builder.Constant(TensorData.Create<float>(ElementType.Float32, [Size], weights.AsSpan(0, Size)));
            Value normal = builder.Add("LayerNormalization", [value, Bias(), Bias()]);
            Value q = builder.Add("Add", [builder.Add("MatMul", [normal, Weights()]), Bias()]);
            Value k = builder.Add("Transpose", [builder.Add("MatMul", [normal, Weights()])], ("perm", new long[] { 1, 0 }));
            Value scores = builder.Add("Softmax", [builder.Add("Div", [builder.Add("MatMul", [q, k]), builder.Number(8)])]);
            Value mixed = builder.Add("MatMul", [scores, builder.Add("MatMul", [normal, Weights()])]);
            value = builder.Add("Add", [value, mixed]);
            Value gate = builder.Add("Sigmoid", [builder.Add("Gather", [value, builder.Constant(TensorData.Create<long>(ElementType.Int64, [Size], [.. Enumerable.Range(0, Size).Select(i => (long)(Size - 1 - i))]))], ("axis", 1L))]);
            value = builder.Add("Mul", [value, gate]);
            Value[] halves = builder.AddMany("Split", [value, builder.Integers(Size / 2, Size / 2)], 2, ("axis", 1L));
            value = builder.Add("Concat", [builder.Add("Tanh", [halves[1]]), halves[0]], ("axis", 1L));
        }

        builder.Output(value, "y");
        ModelFormats.Write(model, path, new ModelWriteOptions { ExternalData = false });
    }

    private static (double Milliseconds, long PeakBytes) RunDotNet(string directory, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        var watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(2))
        {
            peak = Math.Max(peak, PeakOf(process));
        }

        double time = watch.Elapsed.TotalMilliseconds;
        return process.ExitCode == 0 ? (time, peak) : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} failed.\n{output.Result}");
    }

    private static long PeakOf(Process process)
    {
        try
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0; // Ended in between.
        }
    }

    private static string Format(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string ToolAssembly => $"{Root}src/ModelBuild.Tool/bin/{Configuration}/net10.0/ModelBuild.Tool.dll";

    private static string Root => Metadata("RepositoryRoot");

    private static string Configuration => Metadata("Configuration");

    private static string Metadata(string key) => typeof(BuildBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
