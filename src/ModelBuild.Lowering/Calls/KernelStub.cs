using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using ModelBuild.Kernels;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering.Calls;

/// <summary>Calls a kernel with the arguments of a step.</summary>
/// <param name="context">For kernels that use it.</param>
/// <param name="values">Values, in the order of the parameters that take one; null for absent ones.</param>
/// <param name="numbers">Integers, booleans, enumeration members and the bits of floats, in the order of their parameters.</param>
/// <param name="objects">Lists and texts, in the order of their parameters.</param>
internal delegate void KernelStub(KernelContext context, PlanValue?[] values, long[] numbers, object?[] objects);

/// <summary>Makes one <see cref="KernelStub"/> for each kernel, in intermediate language: reflection can't pass spans.</summary>
internal static class KernelStubs
{
    private static readonly ConcurrentDictionary<KernelMethod, KernelStub> s_stubs = new();

    private static readonly MethodInfo s_pointer = typeof(KernelStubs).GetMethod(nameof(PointerOf), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo s_single = typeof(BitConverter).GetMethod(nameof(BitConverter.Int32BitsToSingle))!;
    private static readonly MethodInfo s_double = typeof(BitConverter).GetMethod(nameof(BitConverter.Int64BitsToDouble))!;

    /// <summary>The stub of a kernel.</summary>
    public static KernelStub Of(KernelMethod kernel) => s_stubs.GetOrAdd(kernel, Make);

    private static KernelStub Make(KernelMethod kernel)
    {
        var method = new DynamicMethod(kernel.Name, typeof(void), [typeof(KernelContext), typeof(PlanValue[]), typeof(long[]), typeof(object[])], typeof(KernelStubs).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        if (kernel.UsesContext)
        {
            il.Emit(OpCodes.Ldarg_0);
        }

        int values = 0, numbers = 0, objects = 0;
        foreach (KernelParameter parameter in kernel.Parameters)
        {
            switch (parameter.Kind)
            {
                case PlanArgumentKind.Pointer:
                    Load(OpCodes.Ldarg_1, values++, OpCodes.Ldelem_Ref);
                    il.Emit(OpCodes.Call, s_pointer);
                    break;
                case PlanArgumentKind.Value:
                    Load(OpCodes.Ldarg_1, values++, OpCodes.Ldelem_Ref);
                    il.Emit(OpCodes.Castclass, parameter.ClrType);
                    break;
                case PlanArgumentKind.Integer or PlanArgumentKind.Boolean or PlanArgumentKind.Enumeration or PlanArgumentKind.Float:
                    Load(OpCodes.Ldarg_2, numbers++, OpCodes.Ldelem_I8);
                    Convert(il, parameter.ClrType);
                    break;
                default:
                    Load(OpCodes.Ldarg_3, objects++, OpCodes.Ldelem_Ref);
                    LoadObject(il, parameter.ClrType);
                    break;
            }
        }

        il.Emit(OpCodes.Call, kernel.Method);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<KernelStub>();

        void Load(OpCode array, int index, OpCode element)
        {
            il.Emit(array);
            il.Emit(OpCodes.Ldc_I4, index);
            il.Emit(element);
        }
    }

    private static void Convert(ILGenerator il, Type type)
    {
        if (type == typeof(float))
        {
            il.Emit(OpCodes.Conv_I4);
            il.Emit(OpCodes.Call, s_single);
        }
        else if (type == typeof(double))
        {
            il.Emit(OpCodes.Call, s_double);
        }
        else if (type == typeof(nint))
        {
            il.Emit(OpCodes.Conv_I);
        }
        else if (type != typeof(long))
        {
            il.Emit(OpCodes.Conv_I4);
        }
    }

    private static void LoadObject(ILGenerator il, Type type)
    {
        if (!type.IsGenericType)
        {
            il.Emit(OpCodes.Castclass, type);
            return;
        }

        Type array = type.GetGenericArguments()[0].MakeArrayType();
        il.Emit(OpCodes.Castclass, array);
        il.Emit(OpCodes.Call, type.GetMethod("op_Implicit", [array])!);
    }

    private static unsafe byte* PointerOf(PlanValue? value) => value is null ? null : ((TensorValue)value).Data;
}
