using System.Runtime.CompilerServices;

namespace ModelBuild.OnnxRuntime.Native;

/// <summary>Names as an array of C strings that never move. Valid while this object is reachable.</summary>
internal sealed unsafe class NameTable
{
    private readonly byte[] _text;
    private readonly nint[] _pointers;

    public NameTable(IEnumerable<string> names)
    {
        byte[][] texts = [.. names.Select(Utf8.Bytes)];
        _text = GC.AllocateUninitializedArray<byte>(texts.Sum(t => t.Length), pinned: true);
        _pointers = GC.AllocateUninitializedArray<nint>(texts.Length, pinned: true);
        int next = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i].CopyTo(_text, next);
            _pointers[i] = (nint)Unsafe.AsPointer(ref _text[next]);
            next += texts[i].Length;
        }
    }

    /// <summary>The first of the pointers.</summary>
    public byte** Pointer => _pointers.Length == 0 ? null : (byte**)Unsafe.AsPointer(ref _pointers[0]);

    /// <summary>One name.</summary>
    public byte* this[int index] => (byte*)_pointers[index];
}
