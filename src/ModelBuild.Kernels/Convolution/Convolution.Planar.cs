namespace ModelBuild.Kernels;

public static unsafe partial class Convolution
{
    /// <summary>
    /// Convolution of any rank from 1 to 3, any groups, strides, pads and dilations, NCHW to NCHW, with weights as ONNX has them: they are packed on the fly.
    /// Order of each sum: channel of the group, then the filter's positions, row-major, all ascending.
    /// </summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input: <c>[batch][channels][size...]</c>.</param>
    /// <param name="weights">Weights: <c>[outChannels][channels / groups][kernel...]</c>.</param>
    /// <param name="bias">One value per output channel, or null.</param>
    /// <param name="residual">Added before the activation, laid out as the output; or null.</param>
    /// <param name="y">Output: <c>[batch][outChannels][outSize...]</c>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="groups">Groups; divides both channel counts.</param>
    /// <param name="size">Sizes of the input, outermost first: 1 to 3 of them.</param>
    /// <param name="outSize">Sizes of the output.</param>
    /// <param name="kernel">Sizes of the filter.</param>
    /// <param name="strides">Steps.</param>
    /// <param name="pads">Zeros before the input; those behind follow from the output's size. May be negative.</param>
    /// <param name="dilations">Steps from tap to tap.</param>
    /// <param name="activation">Applied to the result.</param>
    /// <param name="alpha">First parameter of the activation.</param>
    /// <param name="beta">Second parameter of the activation.</param>
    /// <exception cref="KernelException">The sizes need more memory than there is.</exception>
    public static void Nchw(
        KernelContext context, float* x, float* weights, float* bias, float* residual, [Output] float* y, int batch, int channels, int outChannels, int groups,
        ReadOnlySpan<long> size, ReadOnlySpan<long> outSize, ReadOnlySpan<long> kernel, ReadOnlySpan<long> strides, ReadOnlySpan<long> pads,
        ReadOnlySpan<long> dilations, Activation activation = Activation.None, float alpha = 0, float beta = 0)
    {
        var job = new PlanarJob
        {
            Geometry = PlanarGeometry.Of(size, outSize, kernel, strides, pads, dilations),
            X = x,
            Weights = weights,
            Bias = bias,
            Residual = residual,
            Y = y,
            Channels = channels,
            OutChannels = outChannels,
            Groups = groups,
            Finish = new(activation, alpha, beta),
        };
        job.Run(context, batch);
    }

    /// <summary>
    /// Convolution of an image with few channels, NCHW to NCHWc16. Order of each sum: channel, kernel row, kernel column, all ascending.
    /// </summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input, NCHW.</param>
    /// <param name="weights">From <see cref="ConvolutionPacking.Planar"/> with one group.</param>
    /// <param name="bias">From <see cref="ConvolutionPacking.Bias"/>, or null.</param>
    /// <param name="residual">Added before the activation, laid out as the output; or null.</param>
    /// <param name="y">Output, NCHWc16.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="outHeight">Rows of the output.</param>
    /// <param name="outWidth">Columns of the output.</param>
    /// <param name="kernelHeight">Rows of the filter.</param>
    /// <param name="kernelWidth">Columns of the filter.</param>
    /// <param name="strideHeight">Step in rows.</param>
    /// <param name="strideWidth">Step in columns.</param>
    /// <param name="padTop">Rows of zeros above the input.</param>
    /// <param name="padLeft">Columns of zeros left of the input.</param>
    /// <param name="dilationHeight">Rows from tap to tap.</param>
    /// <param name="dilationWidth">Columns from tap to tap.</param>
    /// <param name="activation">Applied to the result.</param>
    /// <param name="alpha">First parameter of the activation.</param>
    /// <param name="beta">Second parameter of the activation.</param>
    /// <exception cref="KernelException">The sizes need more memory than there is.</exception>
    public static void FirstLayer(
        KernelContext context, float* x, float* weights, float* bias, float* residual, [Output] float* y, int batch, int channels, int height, int width,
        int outChannels, int outHeight, int outWidth, int kernelHeight, int kernelWidth, int strideHeight = 1, int strideWidth = 1, int padTop = 0,
        int padLeft = 0, int dilationHeight = 1, int dilationWidth = 1, Activation activation = Activation.None, float alpha = 0, float beta = 0)
    {
        var job = new PlanarJob
        {
            Geometry = PlanarGeometry.Of(
                [height, width], [outHeight, outWidth], [kernelHeight, kernelWidth], [strideHeight, strideWidth], [padTop, padLeft], [dilationHeight, dilationWidth]),
            X = x,
            Weights = weights,
            IsPacked = true,
            Bias = bias,
            Residual = residual,
            Y = y,
            Channels = channels,
            OutChannels = outChannels,
            Groups = 1,
            IsBlockedOutput = true,
            Finish = new(activation, alpha, beta),
        };
        job.Run(context, batch);
    }
}
