using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Kernels;

namespace ModelBuild.Benchmarks;

/// <summary>The convolution kernels against ONNX Runtime's: chains of equal layers where input and output have the same size, single layers elsewhere. Both sides take and give NCHW and convert inside the chain as they like.</summary>
internal static class ConvolutionBenchmark
{
    private const int Rounds = 31;
    private const double MillisecondsPerRound = 30;

    private static readonly Layer[] s_layers =
    [
        new("ResNet18 stem 7x7/2", 3, 64, 224, 224, 7, 2, 3, 1, LayerKind.First),
        new("ResNet18 3x3 64, 56x56", 64, 64, 56, 56, 3, 1, 1),
        new("Winograd 64, 56x56", 64, 64, 56, 56, 3, 1, 1, 1, LayerKind.Winograd),
        new("Winograd 128, 28x28", 128, 128, 28, 28, 3, 1, 1, 1, LayerKind.Winograd),
        new("Winograd 256, 14x14", 256, 256, 14, 14, 3, 1, 1, 1, LayerKind.Winograd),
        new("Winograd 512, 7x7", 512, 512, 7, 7, 3, 1, 1, 1, LayerKind.Winograd),
        new("Winograd 32, 60x80", 32, 32, 60, 80, 3, 1, 1, 1, LayerKind.Winograd),
        new("Winograd 16, 120x160", 16, 16, 120, 160, 3, 1, 1, 1, LayerKind.Winograd),
        new("Winograd 96-24, 160x160", 96, 24, 160, 160, 3, 1, 1, 1, LayerKind.Winograd),
        new("ResNet18 3x3 64-128/2", 64, 128, 56, 56, 3, 2, 1),
        new("ResNet18 3x3 128, 28x28", 128, 128, 28, 28, 3, 1, 1),
        new("ResNet18 3x3 128-256/2", 128, 256, 28, 28, 3, 2, 1),
        new("ResNet18 3x3 256, 14x14", 256, 256, 14, 14, 3, 1, 1),
        new("ResNet18 3x3 512, 7x7", 512, 512, 7, 7, 3, 1, 1),
        new("ResNet18 1x1 64-128/2", 64, 128, 56, 56, 1, 2, 0),
        new("pointwise 128, 28x28", 128, 128, 28, 28, 1, 1, 0),
        new("pointwise 256, 14x14", 256, 256, 14, 14, 1, 1, 0),
        new("MobileNetV2 1x1 16-96, 112x112", 16, 96, 112, 112, 1, 1, 0),
        new("MobileNetV2 1x1 144-24, 56x56", 144, 24, 56, 56, 1, 1, 0),
        new("MobileNetV2 1x1 576-96, 14x14", 576, 96, 14, 14, 1, 1, 0),
        new("MobileNetV2 1x1 320-1280, 7x7", 320, 1280, 7, 7, 1, 1, 0),
        new("depthwise 3x3 32, 112x112", 32, 32, 112, 112, 3, 1, 1, 32, LayerKind.Depthwise),
        new("depthwise 3x3 144, 56x56", 144, 144, 56, 56, 3, 1, 1, 144, LayerKind.Depthwise),
        new("depthwise 3x3 192/2, 28x28", 192, 192, 28, 28, 3, 2, 1, 192, LayerKind.Depthwise),
        new("depthwise 3x3 576, 14x14", 576, 576, 14, 14, 3, 1, 1, 576, LayerKind.Depthwise),
        new("depthwise 3x3 960, 7x7", 960, 960, 7, 7, 3, 1, 1, 960, LayerKind.Depthwise),
        new("depthwise 5x5 240, 20x40", 240, 240, 20, 40, 5, 1, 2, 240, LayerKind.Depthwise),
        new("UltraFace stem 3-16/2, 240x320", 3, 16, 240, 320, 3, 2, 1, 1, LayerKind.First),
        new("UltraFace 3x3 32, 60x80", 32, 32, 60, 80, 3, 1, 1),
        new("UltraFace 3x3 8-12, 30x40", 8, 12, 30, 40, 3, 1, 1),
        new("PP-OCR 1x1 56-336, 40x40", 56, 336, 40, 40, 1, 1, 0),
        new("PP-OCR 3x3 96-24, 160x160", 96, 24, 160, 160, 3, 1, 1),
    ];

    /// <summary>How the plan would run a layer.</summary>
    private enum LayerKind
    {
        Blocked,
        First,
        Depthwise,
        Winograd,
    }

    public static void Run(int threads, string filter)
    {
        Console.WriteLine($"## Convolutions, {threads} thread(s), median of {Rounds} interleaved rounds, {ConvolutionMicrokernels.Current.Name}");
        Console.WriteLine();
        Console.WriteLine("| Layer | Ours µs | GFLOP/s | ONNX Runtime µs | Ratio | Largest difference |");
        Console.WriteLine("|---|---|---|---|---|---|");
        string scratch = Directory.CreateTempSubdirectory("modelbuild-benchmark-").FullName;
        try
        {
            foreach (Layer layer in s_layers.Where(l => l.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)))
            {
                Measure(layer, threads, Path.Combine(scratch, "layer.onnx"));
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Measure(Layer layer, int threads, string path)
    {
        float[][] weights = layer.Write(path);
        var data = new CallData(path);
        using var theirs = new ManagedWrapper(data, threads, bound: true);
        using var ours = new Chain(layer, weights, data, threads);
        ours.Call();
        double difference = data.Expected.Zip(ours.Output.ToArray(), (a, b) => (double)Math.Abs(a - b)).Max() / data.Expected.Max(Math.Abs);
        int calls = Math.Max(1, (int)(MillisecondsPerRound / Math.Min(Warm(ours.Call), Warm(theirs.Call))));
        double[] own = new double[Rounds], other = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            own[round] = Time(ours.Call, calls, threads);
            other[round] = Time(theirs.Call, calls, threads);
        }

        double ratio = Statistics.Median(other.Zip(own, (a, b) => a / b)), time = Statistics.Median(own);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {layer.Name} x{layer.Length} | {time:0.0} | {layer.Flops / time / 1e3:0.0} | {Statistics.Median(other):0.0} | {ratio:0.00} | {difference:0.0e0} |"));
    }

    private static double Warm(Action call)
    {
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 150)
        {
            call();
            calls++;
        }

        return 150.0 / calls;
    }

    // Processor time where one thread works, because others use the machine too.
    private static double Time(Action call, int calls, int threads)
    {
        double before = ThreadTime.Microseconds();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            call();
        }

        double wall = Stopwatch.GetElapsedTime(start).TotalMicroseconds, processor = ThreadTime.Microseconds() - before;
        return (threads == 1 && !double.IsNaN(processor) ? processor : wall) / calls;
    }

    private sealed record Layer(
        string Name, int Channels, int OutChannels, int Height, int Width, int Kernel, int Stride, int Pad, int Groups = 1, LayerKind Kind = LayerKind.Blocked)
    {
        public int OutHeight => (Height + 2 * Pad - Kernel) / Stride + 1;

        public int OutWidth => (Width + 2 * Pad - Kernel) / Stride + 1;

        public int Length => Channels == OutChannels && OutHeight == Height ? 4 : 1;

        public double Flops => 2.0 * Length * OutChannels * OutHeight * OutWidth * Kernel * Kernel * (Channels / Groups);

        /// <summary>Writes the model and returns the weights and the bias of each layer.</summary>
        public float[][] Write(string path)
        {
            using var model = new Model { IrVersion = 9 };
            model.OpsetImports[""] = 17;
            var value = new Value("x") { Type = new TensorType(ElementType.Float32, Shape.Of(1, Channels, Height, Width)) };
            model.Graph.Inputs.Add(value);
            var random = new Random(1);
            var all = new List<float[]>();
            for (int i = 0; i < Length; i++)
            {
                float[] weights = new float[OutChannels * (Channels / Groups) * Kernel * Kernel], bias = new float[OutChannels];
                float scale = MathF.Sqrt(6f / (Kernel * Kernel * (Channels / Groups)));
                foreach (ref float w in weights.AsSpan())
                {
                    w = (random.NextSingle() * 2 - 1) * scale;
                }

                foreach (ref float b in bias.AsSpan())
                {
                    b = random.NextSingle() * 0.2f;
                }

                all.Add(weights);
                all.Add(bias);
                var sum = new Value($"sum{i}");
                Value w0 = model.Graph.AddInitializer($"w{i}", TensorData.Create<float>(ElementType.Float32, [OutChannels, Channels / Groups, Kernel, Kernel], weights));
                Value b0 = model.Graph.AddInitializer($"b{i}", TensorData.Create<float>(ElementType.Float32, [OutChannels], bias));
                var node = new Node("Conv", [value, w0, b0], [sum]);
                node.Attributes["kernel_shape"] = new IntsAttribute([Kernel, Kernel]);
                node.Attributes["strides"] = new IntsAttribute([Stride, Stride]);
                node.Attributes["pads"] = new IntsAttribute([Pad, Pad, Pad, Pad]);
                node.Attributes["group"] = new IntAttribute(Groups);
                model.Graph.Nodes.Add(node);
                var next = new Value(i == Length - 1 ? "y" : $"h{i}");
                model.Graph.Nodes.Add(new Node("Relu", [sum], [next]));
                value = next;
            }

            value.Type = new TensorType(ElementType.Float32, Shape.Of(1, OutChannels, OutHeight, OutWidth));
            model.Graph.Outputs.Add(value);
            ModelFormats.Write(model, path);
            return [.. all];
        }
    }

    /// <summary>Our side: layers in NCHWc16 between two conversions.</summary>
    private sealed unsafe class Chain : IDisposable
    {
        private readonly Layer _layer;
        private readonly KernelContext _context;
        private readonly List<nint> _memory = [];
        private readonly float* _input;
        private readonly float* _output;
        private readonly float* _first;
        private readonly float* _second;
        private readonly float*[] _weights;

        public Chain(Layer layer, float[][] weights, CallData data, int threads)
        {
            _layer = layer;
            _context = new KernelContext(threads);
            _input = Allocate(data.InputData.Length);
            data.InputData.CopyTo(new Span<float>(_input, data.InputData.Length));
            _output = Allocate(data.OutputData.Length);
            int blocked = 16 * Math.Max(
                ConvolutionPacking.Blocks(layer.Channels) * layer.Height * layer.Width, ConvolutionPacking.Blocks(layer.OutChannels) * layer.OutHeight * layer.OutWidth);
            _first = Allocate(blocked);
            _second = Allocate(blocked);
            _weights = new float*[weights.Length];
            for (int i = 0; i < weights.Length; i += 2)
            {
                _weights[i] = Pack(layer, weights[i]);
                _weights[i + 1] = Allocate(ConvolutionPacking.Blocks(layer.OutChannels) * 16);
                ConvolutionPacking.Bias(weights[i + 1], new Span<float>(_weights[i + 1], ConvolutionPacking.Blocks(layer.OutChannels) * 16));
            }
        }

        public ReadOnlySpan<float> Output => new(_output, _layer.OutChannels * _layer.OutHeight * _layer.OutWidth);

        public void Call()
        {
            Layer l = _layer;
            float* x = _input;
            float* y = _first;
            if (l.Kind != LayerKind.First)
            {
                Layout.ToBlocked(_context, x, y, 1, l.Channels, l.Height, l.Width);
                x = y;
                y = _second;
            }

            for (int i = 0; i < l.Length; i++)
            {
                Step(x, _weights[2 * i], _weights[2 * i + 1], y);
                float* next = i == 0 && l.Kind == LayerKind.First ? _second : x;
                x = y;
                y = next;
            }

            Layout.FromBlocked(_context, x, _output, 1, l.OutChannels, l.OutHeight, l.OutWidth);
        }

        public void Dispose()
        {
            _memory.ForEach(m => NativeMemory.AlignedFree((void*)m));
            _context.Dispose();
        }

        private void Step(float* x, float* weights, float* bias, float* y)
        {
            Layer l = _layer;
            switch (l.Kind)
            {
                case LayerKind.First:
                    Convolution.FirstLayer(
                        _context, x, weights, bias, null, y, 1, l.Channels, l.Height, l.Width, l.OutChannels, l.OutHeight, l.OutWidth, l.Kernel, l.Kernel, l.Stride,
                        l.Stride, l.Pad, l.Pad, activation: Activation.Relu);
                    break;
                case LayerKind.Depthwise:
                    Convolution.Depthwise(
                        _context, x, weights, bias, null, y, 1, l.Channels, l.Height, l.Width, l.OutHeight, l.OutWidth, l.Kernel, l.Kernel, l.Stride, l.Stride, l.Pad,
                        l.Pad, activation: Activation.Relu);
                    break;
                case LayerKind.Winograd:
                    Convolution.Winograd(
                        _context, x, weights, bias, null, y, 1, l.Channels, l.Height, l.Width, l.OutChannels, l.OutHeight, l.OutWidth, l.Pad, l.Pad,
                        activation: Activation.Relu);
                    break;
                default:
                    Convolution.Blocked(
                        _context, x, weights, bias, null, y, 1, l.Channels, l.Height, l.Width, l.OutChannels, l.OutHeight, l.OutWidth, l.Kernel, l.Kernel, l.Stride,
                        l.Stride, l.Pad, l.Pad, activation: Activation.Relu);
                    break;
            }
        }

        private float* Pack(Layer l, float[] weights)
        {
            int taps = l.Kernel * l.Kernel;
            long length = l.Kind switch
            {
                LayerKind.First => ConvolutionPacking.PlanarLength(l.Channels, l.OutChannels, 1, taps),
                LayerKind.Depthwise => ConvolutionPacking.DepthwiseLength(l.Channels, taps),
                LayerKind.Winograd => ConvolutionPacking.WinogradLength(l.Channels, l.OutChannels),
                _ => ConvolutionPacking.BlockedLength(l.Channels, l.OutChannels, l.Groups, taps),
            };
            float* packed = Allocate(length);
            var span = new Span<float>(packed, (int)length);
            switch (l.Kind)
            {
                case LayerKind.First:
                    ConvolutionPacking.Planar(weights, l.Channels, l.OutChannels, 1, taps, span);
                    break;
                case LayerKind.Depthwise:
                    ConvolutionPacking.Depthwise(weights, l.Channels, taps, span);
                    break;
                case LayerKind.Winograd:
                    ConvolutionPacking.Winograd(weights, l.Channels, l.OutChannels, span);
                    break;
                default:
                    ConvolutionPacking.Blocked(weights, l.Channels, l.OutChannels, l.Groups, taps, span);
                    break;
            }

            return packed;
        }

        private float* Allocate(long floats)
        {
            void* memory = NativeMemory.AlignedAlloc((nuint)(floats * sizeof(float)), 64);
            _memory.Add((nint)memory);
            return (float*)memory;
        }
    }
}
