namespace ModelBuild.Kernels;

/// <summary>
/// The generator MT19937 of Matsumoto and Nishimura, seeded with one 32-bit number, as numerical libraries use it: the same seed gives their numbers.
/// </summary>
internal unsafe ref struct MersenneTwister
{
    private const int Size = 624;
    private const int Shift = 397;

    private readonly Span<uint> _state;
    private int _next;

    /// <summary>Seeds the generator.</summary>
    /// <param name="seed">Seed.</param>
    /// <param name="state">Memory of <see cref="StateLength"/> numbers.</param>
    public MersenneTwister(uint seed, Span<uint> state)
    {
        _state = state[..Size];
        _state[0] = seed;
        for (int i = 1; i < Size; i++)
        {
            _state[i] = (1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30))) + (uint)i;
        }

        _next = Size;
    }

    /// <summary>How many numbers of memory a generator needs.</summary>
    public static int StateLength => Size;

    /// <summary>The next 32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_next == Size)
        {
            Refill();
        }

        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    /// <summary>A number from 0 to below 1 with 53 random bits.</summary>
    public double NextDouble()
    {
        uint high = NextUInt32() >> 5;
        uint low = NextUInt32() >> 6;
        return ((high * 67108864.0) + low) / 9007199254740992.0;
    }

    private void Refill()
    {
        for (int i = 0; i < Size; i++)
        {
            uint y = (_state[i] & 0x80000000) | (_state[(i + 1) % Size] & 0x7FFFFFFF);
            _state[i] = _state[(i + Shift) % Size] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908B0DF : 0);
        }

        _next = 0;
    }
}
