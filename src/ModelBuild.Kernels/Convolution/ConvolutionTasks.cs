namespace ModelBuild.Kernels;

/// <summary>How the output of a convolution is cut into tasks: images, bands of pixels, parts of the panels. The cut changes no sum.</summary>
internal struct ConvolutionTasks
{
    // Below this many multiply-adds other threads aren't worth waking.
    private const long SerialWork = 1 << 18;
    private const int LeastBand = 24;

    /// <summary>Cuts.</summary>
    /// <param name="threads">Threads that may help.</param>
    /// <param name="images">Images, or images times groups.</param>
    /// <param name="pixels">Output pixels of an image.</param>
    /// <param name="bandPixels">The most pixels of a band.</param>
    /// <param name="panels">Panels of output channels.</param>
    /// <param name="panelStep">Panels that go together.</param>
    /// <param name="pixelStep">Pixels that go together.</param>
    /// <param name="work">Multiply-adds of all.</param>
    public ConvolutionTasks(int threads, int images, long pixels, long bandPixels, int panels, int panelStep, int pixelStep, double work)
    {
        Pixels = pixels;
        Panels = panels;
        bool parallel = threads > 1 && work > SerialWork;
        bandPixels = Math.Clamp(bandPixels, LeastBand, 1 << 20);
        if (parallel && images * ((pixels + bandPixels - 1) / bandPixels) * ((panels + panelStep - 1) / panelStep) < 4L * threads)
        {
            bandPixels = Math.Max(LeastBand, pixels * images / (4L * threads));
        }

        long bands = Math.Max(1, (pixels + bandPixels - 1) / bandPixels);
        long band = (pixels + bands - 1) / bands;
        BandPixels = (int)((band + pixelStep - 1) / pixelStep * pixelStep);
        Bands = checked((int)((pixels + BandPixels - 1) / Math.Max(1, BandPixels)));
        int parts = 1;
        if (parallel && (long)images * Bands < 4L * threads)
        {
            parts = (int)Math.Min(panels, (4L * threads + (long)images * Bands - 1) / ((long)images * Math.Max(1, Bands)));
        }

        int partPanels = (panels + parts - 1) / parts;
        PartPanels = Math.Max(panelStep, (partPanels + panelStep - 1) / panelStep * panelStep);
        Parts = (panels + PartPanels - 1) / PartPanels;
        Count = checked(images * Bands * Parts);
        IsParallel = parallel;
    }

    /// <summary>How many tasks.</summary>
    public int Count { get; }

    /// <summary>Pixels of a band, except the last one's.</summary>
    public int BandPixels { get; }

    /// <summary>Whether threads are worth waking.</summary>
    public bool IsParallel { get; }

    private long Pixels { get; }

    private int Panels { get; }

    private int Bands { get; }

    private int Parts { get; }

    private int PartPanels { get; }

    /// <summary>What a task does. Tasks of the same panels follow each other.</summary>
    public readonly void Decode(int task, out int image, out long firstPixel, out int pixels, out int firstPanel, out int endPanel)
    {
        int part = task % Parts, band = task / Parts % Bands;
        image = task / Parts / Bands;
        firstPixel = (long)band * BandPixels;
        pixels = (int)Math.Min(BandPixels, Pixels - firstPixel);
        firstPanel = part * PartPanels;
        endPanel = Math.Min(Panels, firstPanel + PartPanels);
    }

    /// <summary>Runs all tasks.</summary>
    public readonly unsafe void Run(KernelContext context, delegate*<void*, int, int, void> body, void* state)
    {
        if (IsParallel && Count > 1)
        {
            context.For(Count, body, state);
            return;
        }

        for (int i = 0; i < Count; i++)
        {
            body(state, i, 0);
        }
    }
}
