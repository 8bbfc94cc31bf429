namespace ModelBuild.Kernels;

/// <summary>One resized dimension: sizes, scale and the part of the input that is shown.</summary>
/// <param name="Input">Size of the input.</param>
/// <param name="Output">Size of the output.</param>
/// <param name="Scale">Output over input, as the model gives it.</param>
/// <param name="Extent">Size of the output before it was cut to a whole number, which the rules of corners use.</param>
/// <param name="Start">Start of the shown part, 0 to 1.</param>
/// <param name="End">End of the shown part, 0 to 1.</param>
internal readonly record struct ResizeAxis(int Input, int Output, float Scale, float Extent, float Start, float End)
{
    /// <summary>Whether the dimension stays as it is.</summary>
    public bool IsIdentity(ResizeRules rules) => Input == Output && Scale == 1 && (rules.Coordinates != ResizeCoordinates.TfCropAndResize || (Start == 0 && End == 1));

    /// <summary>How many elements of the input one element of the output is made of.</summary>
    /// <remarks>An antialiasing filter grows with the factor by which the dimension shrinks; it never needs to be wider than the input plus its own reach on both sides.</remarks>
    public int Taps(ResizeRules rules) => rules.Mode switch
    {
        ResizeMode.Nearest => 1,
        _ when rules.Antialias => checked(2 - (2 * FilterStart(rules))),
        ResizeMode.Linear => 2,
        _ => 4,
    };

    /// <summary>Position in the input of an element of the output, in elements.</summary>
    public float Position(ResizeRules rules, int index)
    {
        float x = index;
        switch (rules.Coordinates)
        {
            case ResizeCoordinates.Asymmetric:
                return x / Scale;
            case ResizeCoordinates.PytorchHalfPixel:
                return Output > 1 ? ((x + 0.5f) / Scale) - 0.5f : 0;
            case ResizeCoordinates.TfHalfPixelForNearest:
                return (x + 0.5f) / Scale;
            case ResizeCoordinates.AlignCorners:
                return Output <= 1 ? 0 : x * (Input - 1) / (Extent - 1);
            case ResizeCoordinates.HalfPixelSymmetric:
                float center = Input * 0.5f;
                float offset = center * (1 - (Output / (Scale * Input)));
                return offset + ((x + 0.5f) / Scale) - 0.5f;
            case ResizeCoordinates.TfCropAndResize:
                return Output <= 1
                    ? 0.5f * (Start + End) * (Input - 1)
                    : (Start * (Input - 1)) + (x * (End - Start) * (Input - 1) / (Extent - 1));
            default:
                return ((x + 0.5f) / Scale) - 0.5f;
        }
    }

    /// <summary>Whether an element of the output shows what is outside of the input.</summary>
    public bool IsOutside(ResizeRules rules, int index) =>
        rules.Coordinates == ResizeCoordinates.TfCropAndResize && Position(rules, index) is var x && !(x >= 0 && x <= Input - 1);

    /// <summary>The element of the input that <see cref="ResizeMode.Nearest"/> shows.</summary>
    public int Nearest(ResizeRules rules, int index)
    {
        float x = Position(rules, index);
        float nearest = rules.Nearest switch
        {
            NearestMode.RoundPreferFloor => MathF.Ceiling(x - 0.5f),
            NearestMode.RoundPreferCeil => MathF.Floor(x + 0.5f),
            NearestMode.Floor => MathF.Floor(x),
            _ => MathF.Ceiling(x),
        };
        return Clamp(nearest);
    }

    /// <summary>Elements of the input and their weights for one element of the output. Elements outside are those at the border, or have no weight.</summary>
    public void Weigh(ResizeRules rules, int index, Span<int> elements, Span<double> weights)
    {
        float x = Position(rules, index);
        if (!float.IsFinite(x))
        {
            throw new KernelException($"Resize can't place element {index} of {Output} with the scale {Scale}.");
        }

        // The last element before the position, so that the fraction is above 0 and at most 1.
        float before = MathF.Ceiling(x) - 1;
        double fraction = x - before;
        float first;
        if (rules.Antialias)
        {
            first = before + FilterStart(rules);
            WeighFilter(rules, fraction, weights);
        }
        else if (rules.Mode == ResizeMode.Linear)
        {
            first = before;
            weights[0] = 1 - fraction;
            weights[1] = fraction;
        }
        else
        {
            first = before - 1;
            WeighCubic(rules.CubicCoefficient, fraction, weights);
        }

        for (int i = 0; i < elements.Length; i++)
        {
            float position = first + i;
            elements[i] = Clamp(position);
            if (rules.ExcludeOutside && elements[i] != position)
            {
                weights[i] = 0;
            }
        }

        if (rules.ExcludeOutside)
        {
            Normalize(weights);
        }
    }

    private int FilterStart(ResizeRules rules)
    {
        float reach = rules.Mode == ResizeMode.Linear ? 1 : 2;
        float start = MathF.Floor(-reach / Math.Min(Scale, 1)) + 1;
        return (int)Math.Max(start, -(2f * Input) - 16);
    }

    private int Clamp(float position) => position > 0 ? (int)Math.Min(position, Input - 1) : 0;

    private void WeighFilter(ResizeRules rules, double fraction, Span<double> weights)
    {
        double scale = Math.Min(Scale, 1);
        int start = FilterStart(rules);
        double a = rules.CubicCoefficient;
        for (int i = 0; i < weights.Length; i++)
        {
            double distance = Math.Abs((start + i - fraction) * scale);
            weights[i] = rules.Mode == ResizeMode.Linear ? Math.Max(0, 1 - distance) : Cubic(a, distance);
        }

        Normalize(weights);
    }

    private static void WeighCubic(double a, double fraction, Span<double> weights)
    {
        weights[0] = Cubic(a, 1 + fraction);
        weights[1] = Cubic(a, fraction);
        weights[2] = Cubic(a, 1 - fraction);
        weights[3] = Cubic(a, 2 - fraction);
    }

    // Keys' cubic convolution kernel.
    private static double Cubic(double a, double x) => x switch
    {
        <= 1 => ((((a + 2) * x) - (a + 3)) * x * x) + 1,
        < 2 => (((((x - 5) * x) + 8) * x) - 4) * a,
        _ => 0,
    };

    private static void Normalize(Span<double> weights)
    {
        double sum = 0;
        foreach (double weight in weights)
        {
            sum += weight;
        }

        if (sum != 0)
        {
            foreach (ref double weight in weights)
            {
                weight /= sum;
            }
        }
    }
}
