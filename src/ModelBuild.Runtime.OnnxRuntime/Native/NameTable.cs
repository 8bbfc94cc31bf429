using System.Runtime.InteropServices;

namespace ModelBuild.OnnxRuntime.Native;

/// <summary>Names as an array of C strings that never move.</summary>
internal sealed unsafe class NameTable : IDisposable
{
    private readonly int _count;
    private byte** _pointer;

    public NameTable(IEnumerable<string> names)
    {
        byte[][] texts = [.. names.Select(Utf8.Bytes)];
        int pointers = texts.Length * sizeof(byte*);
        var memory = (byte*)NativeMemory.Alloc((nuint)(pointers + texts.Sum(t => t.Length)));
        _pointer = (byte**)memory;
        _count = texts.Length;
        byte* next = memory + pointers;
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i].CopyTo(new Span<byte>(next, texts[i].Length));
            _pointer[i] = next;
            next += texts[i].Length;
        }
    }

    /// <summary>Frees the memory.</summary>
    ~NameTable() => Release();

    /// <summary>The first of the pointers.</summary>
    public byte** Pointer => _pointer;

    /// <summary>One name.</summary>
    public byte* this[int index] => (uint)index < (uint)_count ? _pointer[index] : throw new ArgumentOutOfRangeException(nameof(index));

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        NativeMemory.Free(_pointer);
        _pointer = null;
    }
}
