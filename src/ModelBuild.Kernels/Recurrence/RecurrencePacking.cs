namespace ModelBuild.Kernels;

/// <summary>
/// The layout in which <see cref="Recurrence"/> reads weights: units of the state in blocks of 16, the last one filled with zeros; for each block one panel of
/// 16 columns per gate, in ONNX's order of the gates; panels as <see cref="Packing"/> lays them out. Directions follow one another.
/// </summary>
public static class RecurrencePacking
{
    /// <summary>Units of a block.</summary>
    public const int Block = GemmMicrokernels.PanelColumns;

    /// <summary>Gates of <see cref="Recurrence.Lstm"/>: input, output, forget, cell.</summary>
    public const int LstmGates = 4;

    /// <summary>Gates of <see cref="Recurrence.Gru"/>: update, reset, hidden.</summary>
    public const int GruGates = 3;

    /// <summary>Blocks of a state.</summary>
    public static int Blocks(int hidden) => (hidden + Block - 1) / Block;

    /// <summary>Floats of all gates of a step, per sequence.</summary>
    public static long GateLength(int gates, int hidden) => (long)Blocks(hidden) * gates * Block;

    /// <summary>Floats of packed weights.</summary>
    /// <param name="gates">Number of gates.</param>
    /// <param name="hidden">Units of the state.</param>
    /// <param name="depth">Size of the input, or of the state for recurrent weights.</param>
    /// <param name="directions">1 or 2.</param>
    public static long WeightsLength(int gates, int hidden, int depth, int directions) => checked(GateLength(gates, hidden) * depth * directions);

    /// <summary>Packs weights of the input, or recurrent weights of an LSTM or of a GRU with <c>linear_before_reset</c>.</summary>
    /// <param name="weights">As ONNX has them, <c>[directions, gates * hidden, depth]</c>.</param>
    /// <param name="gates">Number of gates.</param>
    /// <param name="hidden">Units of the state.</param>
    /// <param name="depth">Size of the input, or of the state.</param>
    /// <param name="directions">1 or 2.</param>
    /// <param name="packed">Takes <see cref="WeightsLength"/> floats.</param>
    public static void Weights(ReadOnlySpan<float> weights, int gates, int hidden, int depth, int directions, Span<float> packed)
    {
        long panel = (long)Block * depth;
        for (int direction = 0; direction < directions; direction++)
        {
            for (int block = 0; block < Blocks(hidden); block++)
            {
                for (int gate = 0; gate < gates; gate++)
                {
                    long at = ((((long)direction * Blocks(hidden)) + block) * gates) + gate;
                    Panel(weights, (direction * gates) + gate, hidden, depth, block, packed.Slice(checked((int)(at * panel)), checked((int)panel)));
                }
            }
        }
    }

    /// <summary>Packs recurrent weights of a GRU without <c>linear_before_reset</c>: in each direction the panels of the update and reset gates, then those of the hidden gate.</summary>
    /// <param name="weights">As ONNX has them, <c>[directions, 3 * hidden, hidden]</c>.</param>
    /// <param name="hidden">Units of the state.</param>
    /// <param name="directions">1 or 2.</param>
    /// <param name="packed">Takes <see cref="WeightsLength"/> floats.</param>
    public static void GruRecurrent(ReadOnlySpan<float> weights, int hidden, int directions, Span<float> packed)
    {
        int blocks = Blocks(hidden);
        long panel = (long)Block * hidden;
        for (int direction = 0; direction < directions; direction++)
        {
            for (int block = 0; block < blocks; block++)
            {
                for (int gate = 0; gate < GruGates; gate++)
                {
                    long at = ((long)direction * blocks * GruGates) + (gate < 2 ? (block * 2) + gate : (blocks * 2) + block);
                    Panel(weights, (direction * GruGates) + gate, hidden, hidden, block, packed.Slice(checked((int)(at * panel)), checked((int)panel)));
                }
            }
        }
    }

    /// <summary>Packs the biases of an LSTM, which add up: <see cref="GateLength"/> floats per direction.</summary>
    /// <param name="bias">As ONNX has it, <c>[directions, 8 * hidden]</c>.</param>
    /// <param name="hidden">Units of the state.</param>
    /// <param name="directions">1 or 2.</param>
    /// <param name="packed">Result.</param>
    public static void LstmBias(ReadOnlySpan<float> bias, int hidden, int directions, Span<float> packed)
    {
        packed.Clear();
        int length = (int)GateLength(LstmGates, hidden);
        for (int direction = 0; direction < directions; direction++)
        {
            ReadOnlySpan<float> input = bias.Slice(direction * 2 * LstmGates * hidden, LstmGates * hidden);
            ReadOnlySpan<float> recurrent = bias.Slice(((direction * 2) + 1) * LstmGates * hidden, LstmGates * hidden);
            for (int i = 0; i < LstmGates * hidden; i++)
            {
                packed[(direction * length) + Position(LstmGates, hidden, i)] = input[i] + recurrent[i];
            }
        }
    }

    /// <summary>Packs the biases of a GRU: in each direction those of the input, then those of the state, <see cref="GateLength"/> floats each. Those of the state are laid out like the recurrent weights.</summary>
    /// <param name="bias">As ONNX has it, <c>[directions, 6 * hidden]</c>.</param>
    /// <param name="hidden">Units of the state.</param>
    /// <param name="directions">1 or 2.</param>
    /// <param name="linearBeforeReset">Whether the recurrent weights come from <see cref="Weights"/> and not from <see cref="GruRecurrent"/>.</param>
    /// <param name="packed">Takes twice <see cref="GateLength"/> floats per direction.</param>
    public static void GruBias(ReadOnlySpan<float> bias, int hidden, int directions, bool linearBeforeReset, Span<float> packed)
    {
        packed.Clear();
        int blocks = Blocks(hidden);
        int length = (int)GateLength(GruGates, hidden);
        for (int part = 0; part < 2 * directions; part++)
        {
            ReadOnlySpan<float> source = bias.Slice(part * GruGates * hidden, GruGates * hidden);
            for (int i = 0; i < GruGates * hidden; i++)
            {
                int gate = i / hidden;
                int unit = i % hidden;
                int position = part % 2 == 0 || linearBeforeReset
                    ? Position(GruGates, hidden, i)
                    : gate < 2 ? (((unit / Block * 2) + gate) * Block) + (unit % Block) : (blocks * 2 * Block) + unit;
                packed[(part * length) + position] = source[i];
            }
        }
    }

    // Where a column of ONNX's order is among the panels.
    private static int Position(int gates, int hidden, int column)
    {
        int unit = column % hidden;
        return (((unit / Block * gates) + (column / hidden)) * Block) + (unit % Block);
    }

    private static void Panel(ReadOnlySpan<float> weights, int matrix, int hidden, int depth, int block, Span<float> panel)
    {
        panel.Clear();
        for (int lane = 0; lane < Math.Min(Block, hidden - (block * Block)); lane++)
        {
            ReadOnlySpan<float> row = weights.Slice(checked(((matrix * hidden) + (block * Block) + lane) * depth), depth);
            for (int k = 0; k < depth; k++)
            {
                panel[(k * Block) + lane] = row[k];
            }
        }
    }
}
