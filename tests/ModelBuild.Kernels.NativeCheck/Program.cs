// Prints, line by line: what was installed; for each kind of kernel whether machine code gives the bits of the scalar leg ("same"), and how many times faster it
// is than the C# leg that this program was compiled with ("times"). The Assembler's tests read it.
using System.Globalization;
using System.Runtime.CompilerServices;
using ModelBuild.Kernels.Assembler;
using ModelBuild.Kernels.NativeCheck;

TimeSpan start = Environment.CpuUsage.TotalTime;
EmittedKernelsState state = EmittedKernels.Install();
double microseconds = (Environment.CpuUsage.TotalTime - start).TotalMicroseconds;
Console.WriteLine($"native {!RuntimeFeature.IsDynamicCodeCompiled}");
Console.WriteLine($"state {state}");
Console.WriteLine($"set {EmittedKernels.InstructionSet}");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"microseconds {microseconds:F0}"));
Console.WriteLine($"same transpose {Transposition.IsSame()}");
if (state == EmittedKernelsState.Installed)
{
    foreach (Comparison comparison in Comparison.All())
    {
        using (comparison)
        {
            Console.WriteLine($"same {comparison.Name} {comparison.IsSame()}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"times {comparison.Name} {comparison.Ratio():F2}"));
        }
    }
}
