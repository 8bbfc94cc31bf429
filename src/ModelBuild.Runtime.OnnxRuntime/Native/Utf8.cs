using System.Runtime.InteropServices;
using System.Text;

namespace ModelBuild.OnnxRuntime.Native;

/// <summary>Text in and out of C.</summary>
internal static unsafe class Utf8
{
    /// <summary>Null-terminated UTF-8 as text; empty for a null pointer.</summary>
    public static string Read(byte* text) => text is null ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    /// <summary>Null-terminated UTF-8. A managed array: pin it to pass it.</summary>
    public static byte[] Bytes(string text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    /// <summary>A path as C code of this platform wants it: UTF-16 on Windows, else UTF-8.</summary>
    public static byte[] PathBytes(string path) => OperatingSystem.IsWindows() ? Encoding.Unicode.GetBytes(path + '\0') : Bytes(path);
}
