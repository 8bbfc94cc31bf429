using System.Runtime.InteropServices;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Caching;

/// <summary>Puts files of the cache into place.</summary>
internal static partial class FileCopy
{
    // Small files are copied: a program that later overwrites one in place must not change the cache and every other project's copy.
    // Large ones are linked, and the cache notices a changed time or length.
    private const long LinkThreshold = 32_000_000;

    /// <summary>Makes <paramref name="target"/> the same as <paramref name="source"/> in one step.</summary>
    public static void Place(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        string temporary = AtomicFile.TemporaryName(target);
        try
        {
            if (new FileInfo(source).Length < LinkThreshold || !TryLink(source, temporary))
            {
                File.Copy(source, temporary, overwrite: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            // Renaming one link of a file over another link of the same file leaves both.
            File.Delete(temporary);
        }
    }

    private static bool TryLink(string source, string target)
    {
        try
        {
            return OperatingSystem.IsWindows() ? CreateHardLink(target, source, 0) : Link(source, target) == 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string source, string target);

    [LibraryImport("kernel32.dll", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string link, string existing, nint security);
}
