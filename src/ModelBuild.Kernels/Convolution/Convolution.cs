namespace ModelBuild.Kernels;

/// <summary>
/// Convolutions of float32, with bias, residual and activation. Activations are NCHWc16 unless a method says otherwise: <c>[batch][ceil(channels / 16)]
/// [height][width][16]</c>, where the content of lanes behind the last channel is ignored when read and finite when written if the data are finite. One-dimensional convolutions have
/// height 1. Weights come from <see cref="ConvolutionPacking"/>.
/// </summary>
/// <remarks>
/// Every sum begins with the bias (0 without one) and goes on with fused multiply-adds in the order that each method states, whatever the instruction set
/// and the number of threads: so all give the same bits. Then the residual is added, then the activation applied. Input beyond the borders counts as zero,
/// whatever the sizes of the output are. Operands never overlap the output.
/// </remarks>
public static unsafe partial class Convolution
{
    /// <summary>
    /// Direct convolution, dense or grouped, NCHWc16 to NCHWc16. Order of each sum: input block, kernel row, kernel column, channel in the block, all
    /// ascending. Grouped: over the input blocks that the groups of the panel of 16 output channels reach, zero weights included.
    /// </summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="weights">From <see cref="ConvolutionPacking.Blocked"/>.</param>
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
    /// <param name="groups">Groups; divides both channel counts.</param>
    /// <param name="activation">Applied to the result.</param>
    /// <param name="alpha">First parameter of the activation.</param>
    /// <param name="beta">Second parameter of the activation.</param>
    public static void Blocked(
        KernelContext context, float* x, float* weights, float* bias, float* residual, [Output] float* y, int batch, int channels, int height, int width,
        int outChannels, int outHeight, int outWidth, int kernelHeight, int kernelWidth, int strideHeight = 1, int strideWidth = 1, int padTop = 0,
        int padLeft = 0, int dilationHeight = 1, int dilationWidth = 1, int groups = 1, Activation activation = Activation.None, float alpha = 0, float beta = 0)
    {
        var geometry = new ConvolutionGeometry(
            height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft, dilationHeight, dilationWidth);
        var job = new BlockedJob
        {
            Geometry = geometry,
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

    /// <summary>Depthwise convolution with one filter per channel, NCHWc16 to NCHWc16. Order of each sum: kernel row, kernel column, ascending.</summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="weights">From <see cref="ConvolutionPacking.Depthwise"/>.</param>
    /// <param name="bias">From <see cref="ConvolutionPacking.Bias"/>, or null.</param>
    /// <param name="residual">Added before the activation, laid out as the output; or null.</param>
    /// <param name="y">Output, NCHWc16.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
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
    public static void Depthwise(
        KernelContext context, float* x, float* weights, float* bias, float* residual, [Output] float* y, int batch, int channels, int height, int width,
        int outHeight, int outWidth, int kernelHeight, int kernelWidth, int strideHeight = 1, int strideWidth = 1, int padTop = 0, int padLeft = 0,
        int dilationHeight = 1, int dilationWidth = 1, Activation activation = Activation.None, float alpha = 0, float beta = 0)
    {
        var geometry = new ConvolutionGeometry(
            height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft, dilationHeight, dilationWidth);
        var finish = new ConvolutionFinish(activation, alpha, beta);
        if (ConvolutionMicrokernels.Current.DepthwiseStrip.IsPresent)
        {
            new DepthwiseJob { Geometry = geometry, X = x, Weights = weights, Bias = bias, Residual = residual, Y = y, Channels = channels, Finish = finish }.Run(context, batch);
            return;
        }

        var job = new BlockedJob
        {
            Geometry = geometry,
            X = x,
            Weights = weights,
            Bias = bias,
            Residual = residual,
            Y = y,
            Channels = channels,
            OutChannels = channels,
            Groups = channels,
            IsDepthwise = true,
            Finish = finish,
        };
        job.Run(context, batch);
    }

    /// <summary>
    /// Dense convolution with a 3x3 filter, stride 1 and dilation 1, NCHWc16 to NCHWc16, by Winograd's F(4x4, 3x3): a quarter of the multiplications of
    /// <see cref="Blocked"/>, four times the weights, about twice the rounding error. Each tile of 4x4 pixels, counted from the output's first pixel, sums
    /// over the channels in ascending order at each of its 36 positions; the bias is added after the transform back.
    /// </summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="weights">From <see cref="ConvolutionPacking.Winograd"/>.</param>
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
    /// <param name="padTop">Rows of zeros above the input.</param>
    /// <param name="padLeft">Columns of zeros left of the input.</param>
    /// <param name="activation">Applied to the result.</param>
    /// <param name="alpha">First parameter of the activation.</param>
    /// <param name="beta">Second parameter of the activation.</param>
    public static void Winograd(
        KernelContext context, float* x, float* weights, float* bias, float* residual, [Output] float* y, int batch, int channels, int height, int width,
        int outChannels, int outHeight, int outWidth, int padTop = 0, int padLeft = 0, Activation activation = Activation.None, float alpha = 0, float beta = 0)
    {
        var job = new WinogradJob
        {
            Geometry = new(height, width, outHeight, outWidth, 3, 3, 1, 1, padTop, padLeft, 1, 1),
            X = x,
            Weights = weights,
            Bias = bias,
            Residual = residual,
            Y = y,
            Channels = channels,
            OutChannels = outChannels,
            Finish = new(activation, alpha, beta),
        };
        job.Run(context, batch);
    }

    /// <summary>
    /// Transposed convolution, dense, NCHWc16 to NCHWc16: <c>y[o, i * stride + k * dilation - pad] += x[c, i] * w[c, o, k]</c>. Order of each sum: input block,
    /// those taps of the filter that reach the pixel, row-major ascending, channel in the block.
    /// </summary>
    /// <param name="context">Scratch and threads.</param>
    /// <param name="x">Input, NCHWc16.</param>
    /// <param name="weights">From <see cref="ConvolutionPacking.Transposed"/>.</param>
    /// <param name="bias">From <see cref="ConvolutionPacking.Bias"/>, or null.</param>
    /// <param name="residual">Added before the activation, laid out as the output; or null.</param>
    /// <param name="y">Output, NCHWc16.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="outHeight">Rows of the output; rows that no tap reaches get the bias.</param>
    /// <param name="outWidth">Columns of the output.</param>
    /// <param name="kernelHeight">Rows of the filter.</param>
    /// <param name="kernelWidth">Columns of the filter.</param>
    /// <param name="strideHeight">Step in rows of the output.</param>
    /// <param name="strideWidth">Step in columns of the output.</param>
    /// <param name="padTop">Rows cut off above the output.</param>
    /// <param name="padLeft">Columns cut off left of the output.</param>
    /// <param name="dilationHeight">Rows from tap to tap.</param>
    /// <param name="dilationWidth">Columns from tap to tap.</param>
    /// <param name="activation">Applied to the result.</param>
    /// <param name="alpha">First parameter of the activation.</param>
    /// <param name="beta">Second parameter of the activation.</param>
    public static void Transposed(
        KernelContext context, float* x, float* weights, float* bias, float* residual, [Output] float* y, int batch, int channels, int height, int width,
        int outChannels, int outHeight, int outWidth, int kernelHeight, int kernelWidth, int strideHeight = 1, int strideWidth = 1, int padTop = 0,
        int padLeft = 0, int dilationHeight = 1, int dilationWidth = 1, Activation activation = Activation.None, float alpha = 0, float beta = 0)
    {
        var job = new TransposedJob
        {
            Geometry = new(
                height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft, dilationHeight, dilationWidth),
            X = x,
            Weights = weights,
            Bias = bias,
            Residual = residual,
            Y = y,
            Channels = channels,
            OutChannels = outChannels,
            Finish = new(activation, alpha, beta),
        };
        job.Run(context, batch);
    }
}
