using ModelBuild.Graphs;
using ModelBuild.Kernels;

namespace ModelBuild.Lowering.Planning;

/// <summary>Weights in the layouts that kernels read. The same source in the same layout is packed once.</summary>
internal sealed unsafe class PackedWeights
{
    private readonly Dictionary<(TensorData Source, string Layout), TensorData> _packed = [];

    /// <summary>A matrix in panels; see <see cref="Packing"/>.</summary>
    /// <param name="source">The content, fp32.</param>
    /// <param name="k">Rows.</param>
    /// <param name="n">Columns.</param>
    /// <param name="transposed">Whether the source holds the columns one after the other.</param>
    /// <param name="scale">What each element is multiplied by.</param>
    public TensorData Matrix(TensorData source, long k, long n, bool transposed, float scale = 1) =>
        Get(source, FormattableString.Invariant($"panels {k} {n} {transposed} {scale:R}"), Packing.Length(k, n), (from, to) =>
            Packing.Pack(from, transposed ? 1 : n, transposed ? k : 1, to, k, n, scale));

    /// <summary>One number per channel, with zeros behind the last channel.</summary>
    public TensorData Blocked(TensorData source, int channels) =>
        Get(source, FormattableString.Invariant($"channels {channels}"), ConvolutionPacking.Blocks(channels) * ConvolutionPacking.Block, (from, to) =>
            ConvolutionPacking.Bias(new ReadOnlySpan<float>(from, channels), new Span<float>(to, ConvolutionPacking.Blocks(channels) * ConvolutionPacking.Block)));

    /// <summary>Any layout of floats.</summary>
    /// <param name="source">The content, fp32.</param>
    /// <param name="layout">Name of the layout with its sizes.</param>
    /// <param name="length">Floats of the result.</param>
    /// <param name="pack">Fills the result, which is zero at first.</param>
    public TensorData Get(TensorData source, string layout, long length, PackAction pack)
    {
        if (!_packed.TryGetValue((source, layout), out TensorData? packed))
        {
            packed = new ComputedTensor(ElementType.Float32, [length], () =>
            {
                byte[] bytes = new byte[checked(length * sizeof(float))];
                fixed (byte* to = bytes)
                fixed (byte* from = source.Bytes)
                {
                    pack((float*)from, (float*)to);
                }

                return bytes;
            });
            _packed.Add((source, layout), packed);
        }

        return packed;
    }
}

/// <summary>Brings weights into another layout.</summary>
internal unsafe delegate void PackAction(float* from, float* to);
